import { HTMLSelect } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';

import { useEditor } from '../../context';
import { editorProps, useControl } from '../field';

/** One of some values. A value that is none of them stays, and is marked so. */
export function ChoiceField(props: FieldProps): JSX.Element {
  const { trans } = useEditor();
  const { id, schema, value, onChange } = editorProps(props);
  const control = useControl(id);
  const choices = schema.enum ?? [schema.const];
  const at = choices.indexOf(value);
  const empty = value === undefined || value === null;
  return (
    <HTMLSelect
      {...control}
      className="mr-Choice"
      value={at < 0 ? '' : String(at)}
      onChange={event => onChange(event.target.value === '' ? undefined : choices[Number(event.target.value)])}
    >
      {at < 0 && <option value="">{empty ? trans.__('Choose…') : trans.__('%1 (not offered)', String(value))}</option>}
      {choices.map((choice, index) => (
        <option key={index} value={index}>
          {wordsOf(choice)}
        </option>
      ))}
    </HTMLSelect>
  );
}

/** `first_letter` as a person says it. */
function wordsOf(choice: unknown): string {
  return choice === '' || choice === null ? '–' : String(choice).replaceAll('_', ' ');
}
