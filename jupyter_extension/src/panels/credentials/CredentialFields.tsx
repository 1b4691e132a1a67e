import { type IField, typedOf } from '../../model/fields';
import { usePanel } from '../context';
import { Choice } from '../parts/Choice';
import { Field } from '../parts/Field';
import { TextBox } from '../parts/TextBox';

interface ICredentialFieldsProps {
  fields: readonly IField[];
  /** What is kept already, but for secrets; null for a new credential. */
  kept: Readonly<Record<string, unknown>> | null;
  /** What was typed, by field. */
  typed: Readonly<Record<string, string | boolean>>;
  error: unknown;
  change: (name: string, typed: string | boolean) => void;
}

/** A typed form. Secrets go in and are never shown: a field that is left empty keeps what is there. */
export function CredentialFields({ fields, kept, typed, error, change }: ICredentialFieldsProps): JSX.Element {
  const { trans } = usePanel();
  return (
    <>
      {fields.map(field => {
        const { name, kind } = field;
        const value = typed[name] ?? typedOf(field, kept?.[name]);
        const required = field.required && (kept === null || kind !== 'secret');
        return (
          <Field key={name} label={field.title} help={field.help} name={name} error={error} required={required}>
            {(id, about) => {
              if (kind === 'boolean') {
                return (
                  <input
                    id={id}
                    type="checkbox"
                    aria-describedby={about}
                    checked={value === true}
                    onChange={event => change(name, event.currentTarget.checked)}
                  />
                );
              }
              if (kind === 'choice') {
                return (
                  <Choice
                    id={id}
                    about={about}
                    value={String(value)}
                    options={field.choices.map(one => [one, one] as const)}
                    choose={one => change(name, one)}
                  />
                );
              }
              const secret = kind === 'secret';
              return (
                <TextBox
                  id={id}
                  about={about}
                  required={required}
                  type={secret ? 'password' : kind === 'number' ? 'number' : 'text'}
                  autoComplete={secret ? 'new-password' : 'off'}
                  placeholder={secret && kept !== null ? trans.__('Set; type to replace') : undefined}
                  value={secret ? String(typed[name] ?? '') : String(value)}
                  enter={text => change(name, text)}
                />
              );
            }}
          </Field>
        );
      })}
    </>
  );
}
