import type { FieldProps } from '@rjsf/utils';

import { readScalar, takesText } from '../../../model/form';
import { editorProps, useControl } from '../field';
import { useDraft } from '../useDraft';

/** A number, or a number or text. What is no number stays as it was typed, for the validator to speak about. */
export function ScalarField(props: FieldProps): JSX.Element {
  const { id, schema, value, onChange } = editorProps(props);
  const control = useControl(id);
  const shown = value === undefined || value === null ? '' : String(value);
  const draft = useDraft(shown, text => onChange(text === '' ? undefined : readScalar(text, schema)));
  return (
    <input
      {...control}
      className="jp-mod-styled mr-mod-short"
      type="text"
      inputMode={takesText(schema) ? undefined : 'decimal'}
      value={draft.value}
      onChange={event => draft.type(event.target.value)}
      onBlur={draft.leave}
    />
  );
}
