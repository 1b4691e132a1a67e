import type { FieldProps } from '@rjsf/utils';

import { Combobox } from '../Combobox';
import { DraftInput } from '../DraftInput';
import { editorProps, useControl } from '../field';
import { useDraft } from '../useDraft';
import { useOffers } from '../useOffers';

/** A text, with what may be chosen where something may. */
export function WordsField(props: FieldProps): JSX.Element {
  const { id, schema, value, onChange } = editorProps(props);
  const control = useControl(id);
  const offers = useOffers(id, schema);
  const shown = value === undefined || value === null ? '' : String(value);
  // An empty text is a value only where the default is another one.
  const commit = (text: string) => onChange(text === '' && !schema.default ? undefined : text);
  const draft = useDraft(shown, commit);
  if (schema['x-millrace'] || offers.options.length) {
    return <Combobox {...control} {...offers} value={shown} onChange={commit} />;
  }
  return <DraftInput control={control} draft={draft} />;
}
