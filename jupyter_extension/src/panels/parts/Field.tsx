import { type ReactNode, useId } from 'react';

import { ApiError } from '../../api/client';

interface IFieldProps {
  label: string;
  help?: string;
  /** What the service said, shown here if it is about this field. */
  error?: unknown;
  /** The field's name to the service. */
  name?: string;
  required?: boolean;
  /** Draws the control; the id ties it to the label, `about` to help and error. */
  children: (id: string, about: string | undefined) => ReactNode;
}

/** A labelled control with its help and its error under it. */
export function Field({ label, help, error, name, required, children }: IFieldProps): JSX.Element {
  const id = useId();
  const wrong = name && concerns(error, name) ? (error as ApiError).message : '';
  const about = help || wrong ? `${id}-about` : undefined;
  return (
    <div className={`mr-PanelField${wrong ? ' mr-mod-wrong' : ''}`}>
      <label htmlFor={id}>
        {label}
        {required && <span aria-hidden="true"> *</span>}
      </label>
      {children(id, about)}
      {about && (
        <div id={about} className={wrong ? 'mr-PanelField-wrong' : 'mr-PanelField-help'}>
          {wrong || help}
        </div>
      )}
    </div>
  );
}

/** Whether a refusal is about a field, or a part of it. */
export function concerns(error: unknown, name: string): boolean {
  const field = error instanceof ApiError ? (error.problem.field ?? '') : '';
  return field === name || field.endsWith(`.${name}`) || field.endsWith(`/${name}`);
}
