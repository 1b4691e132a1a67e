import type { FieldProps } from '@rjsf/utils';

import { editorProps, useControl } from '../field';

export function DayField(props: FieldProps): JSX.Element {
  const { id, value, onChange } = editorProps(props);
  const control = useControl(id);
  return (
    <input
      {...control}
      type="date"
      className="jp-mod-styled mr-mod-short"
      value={typeof value === 'string' ? value : ''}
      onChange={event => onChange(event.target.value || undefined)}
    />
  );
}
