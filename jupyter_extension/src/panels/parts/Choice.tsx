import { HTMLSelect } from '@jupyterlab/ui-components';

interface IChoiceProps {
  id?: string;
  label?: string;
  about?: string;
  value: string;
  /** Value -> what people read, in order. */
  options: readonly (readonly [string, string])[];
  disabled?: boolean;
  required?: boolean;
  choose: (value: string) => void;
}

/** One of several, as JupyterLab draws it. */
export function Choice({ id, label, about, options, choose, ...rest }: IChoiceProps): JSX.Element {
  return (
    <HTMLSelect
      id={id}
      aria-label={label}
      aria-describedby={about}
      {...rest}
      onChange={event => choose(event.currentTarget.value)}
      className="mr-Choice"
    >
      {options.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </HTMLSelect>
  );
}
