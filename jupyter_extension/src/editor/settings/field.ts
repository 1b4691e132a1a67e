import type { FieldProps } from '@rjsf/utils';
import { createContext, useContext } from 'react';

import type { IFormSchema } from '../../model/form';
import type { JsonObject } from '../../model/schema';
import { type FlowProblem, problemsAt } from '../../model/settings';

/** What surrounds a top-level field of a form. */
export interface IFieldScope {
  /** Id of the node; empty for the flow's own settings. */
  readonly node: string;
  /** Top-level name of the field. */
  readonly name: string;
  /** Begins the ids of all elements within. */
  readonly prefix: string;
  readonly required: boolean;
  readonly problems: readonly FlowProblem[];
  /** All settings as they are now, for options that depend on others. */
  readonly settings: () => JsonObject;
}

export const FieldScope = createContext<IFieldScope | null>(null);

export function useField(): IFieldScope {
  const scope = useContext(FieldScope);
  if (!scope) {
    throw new Error('No form around this field.');
  }
  return scope;
}

/** The place of an element within the settings, as problems name it: `measures.0.column`. */
export function pathOf(scope: IFieldScope, id: string): string {
  return scope.name + id.slice(scope.prefix.length);
}

/** What ties a control to its label, its help and its problems. */
export function useControl(id: string): { id: string; 'aria-describedby': string; 'aria-invalid': boolean } {
  const scope = useField();
  const invalid = problemsAt(scope.problems, pathOf(scope, id)).length > 0;
  return { id, 'aria-describedby': `${id}-help ${id}-problems`, 'aria-invalid': invalid };
}

export interface IEditorProps {
  id: string;
  schema: IFormSchema;
  value: unknown;
  onChange: (value: unknown) => void;
}

/** What our editors need of what rjsf hands them. */
export function editorProps({ idSchema, uiSchema, formData, onChange }: FieldProps): IEditorProps {
  const { source } = uiSchema?.['ui:options'] as { source: IFormSchema };
  return { id: idSchema.$id, schema: source, value: formData as unknown, onChange: value => onChange(value) };
}
