import type { ObjectFieldTemplateProps } from '@rjsf/utils';

/** A group of fields. */
export function ObjectTemplate({ properties }: ObjectFieldTemplateProps): JSX.Element {
  return <div className="mr-Group">{properties.map(property => property.content)}</div>;
}
