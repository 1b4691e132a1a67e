import type { FieldProps } from '@rjsf/utils';

import { editorProps, useControl } from '../field';

export function TickField(props: FieldProps): JSX.Element {
  const { id, value, onChange } = editorProps(props);
  const control = useControl(id);
  return (
    <input {...control} type="checkbox" checked={value === true} onChange={event => onChange(event.target.checked)} />
  );
}
