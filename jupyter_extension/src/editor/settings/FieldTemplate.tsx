import type { FieldTemplateProps } from '@rjsf/utils';

import { useField } from './field';
import { FieldFrame } from './FieldFrame';
import { FieldTools } from './FieldTools';

const GROUPS: readonly unknown[] = ['pairs', 'list', undefined];

/** How rjsf's fields look, at the top and within lists and groups. */
export function FieldTemplate({ id, label, schema, uiSchema, required, children }: FieldTemplateProps): JSX.Element {
  const scope = useField();
  const isTop = id === scope.prefix;
  const editor = uiSchema?.['ui:field'] as unknown;
  const isItem = /\.\d+$/.test(id);
  if (isItem && editor === undefined) {
    return <>{children}</>;
  }
  return (
    <FieldFrame
      id={id}
      title={schema.title || (isTop ? scope.name : label)}
      help={schema.description}
      required={isTop ? scope.required : required}
      shape={editor === 'tick' ? 'tick' : GROUPS.includes(editor) ? 'group' : 'line'}
      tools={isTop && <FieldTools />}
    >
      {children}
    </FieldFrame>
  );
}
