import type { InputHTMLAttributes } from 'react';

interface ITextBoxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'onChange'> {
  about?: string;
  enter: (text: string) => void;
}

/** One line of text, as JupyterLab draws it. */
export function TextBox({ about, enter, className, ...rest }: ITextBoxProps): JSX.Element {
  return (
    <input
      type="text"
      autoComplete="off"
      spellCheck={false}
      {...rest}
      aria-describedby={about}
      className={`jp-mod-styled mr-TextBox ${className ?? ''}`}
      onChange={event => enter(event.currentTarget.value)}
    />
  );
}
