import type { FieldProps } from '@rjsf/utils';

import { TextCode } from '../code/TextCode';
import { editorProps } from '../field';
import { useOffers } from '../useOffers';

/** Code in some language; its completion knows the columns of the input that it is about. */
export function CodeField(props: FieldProps): JSX.Element {
  const { id, schema, value, onChange } = editorProps(props);
  const mark = schema['x-millrace'];
  const { options } = useOffers(id, { ...schema, 'x-millrace': mark && { ...mark, widget: 'column' } });
  return (
    <TextCode
      id={id}
      language={mark?.language ?? 'text'}
      value={typeof value === 'string' ? value : ''}
      words={options.map(one => one.value)}
      onChange={text => onChange(text === '' && !schema.default ? undefined : text)}
    />
  );
}
