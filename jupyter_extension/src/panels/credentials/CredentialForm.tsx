import { type FormEvent, useState } from 'react';

import { answer, ApiError, type Schemas } from '../../api/client';
import { fieldsOf, type IField, valueOf } from '../../model/fields';
import { ProblemNote } from '../../parts/ProblemNote';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { Choice } from '../parts/Choice';
import { Field } from '../parts/Field';
import { FormEnd } from '../parts/FormEnd';
import { TextBox } from '../parts/TextBox';
import { useAction } from '../useAction';
import { CredentialFields } from './CredentialFields';
import { useTypes } from './useTypes';

interface ICredentialFormProps {
  /** The one to be changed; null for a new one. */
  credential: Schemas['CredentialDetail'] | null;
  /** What a new one begins with. */
  type?: string;
  environment?: string;
  done: (credential: Schemas['CredentialDetail']) => void;
  cancel: () => void;
  stale?: (error: unknown) => void;
}

export function CredentialForm(props: ICredentialFormProps): JSX.Element {
  const types = useTypes();
  const { trans } = usePanel();
  if (!types.value) {
    return types.error ? <ProblemNote trans={trans} error={types.error} retry={types.reload} /> : <Busy />;
  }
  return <Form {...props} types={types.value} />;
}

function Form({
  credential,
  types,
  done,
  cancel,
  stale,
  ...first
}: ICredentialFormProps & { types: readonly Schemas['CredentialTypeShown'][] }): JSX.Element {
  const { client, trans } = usePanel();
  const [name, setName] = useState('');
  const [environment, setEnvironment] = useState(first.environment ?? 'default');
  const [typeId, setType] = useState(credential?.type ?? first.type ?? '');
  const [typed, setTyped] = useState<Record<string, string | boolean>>({});
  const { busy, error, act } = useAction();
  const type = types.find(one => one.id === typeId);
  const fields = type ? fieldsOf(type.fields, type.secret) : [];

  const save = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      const values = valuesOf(fields, typed, credential !== null);
      try {
        if (!credential) {
          const body = { name, type: typeId, environment, values };
          done(await answer(client.routes.POST('/credentials', { body })));
          return;
        }
        const path = { environment: credential.environment, name: credential.name };
        const params = { path, header: { 'If-Match': `"${credential.version}"` } };
        done(await answer(client.routes.PATCH('/credentials/{environment}/{name}', { params, body: { values } })));
      } catch (failed) {
        if (failed instanceof ApiError && failed.problem.status === 412) {
          stale?.(failed);
        }
        throw failed;
      }
    });
  };
  return (
    <form className="mr-PanelForm" onSubmit={save} autoComplete="off">
      <h2>{credential ? trans.__('Change %1', credential.name) : trans.__('New credential')}</h2>
      {!credential && (
        <div className="mr-PanelForm-row">
          <Field label={trans.__('Type')} name="type" error={error} required>
            {(id, about) => (
              <Choice
                id={id}
                about={about}
                required
                value={typeId}
                options={[['', trans.__('Choose a type')], ...types.map(one => [one.id, one.title || one.id] as const)]}
                choose={chosen => {
                  setType(chosen);
                  setTyped({});
                }}
              />
            )}
          </Field>
          <Field
            label={trans.__('Name')}
            name="name"
            error={error}
            help={trans.__('What flows call it by, such as bank')}
            required
          >
            {(id, about) => <TextBox id={id} about={about} required value={name} enter={setName} />}
          </Field>
          <Field label={trans.__('Environment')} name="environment" error={error}>
            {(id, about) => <TextBox id={id} about={about} value={environment} enter={setEnvironment} />}
          </Field>
        </div>
      )}
      {type?.doc && <p className="mr-Quiet">{type.doc}</p>}
      <CredentialFields
        fields={fields}
        kept={credential?.fields ?? null}
        typed={typed}
        error={error}
        change={(field, value) => setTyped(known => ({ ...known, [field]: value }))}
      />
      <FormEnd
        submit={credential ? trans.__('Save') : trans.__('Keep credential')}
        disabled={busy || !type}
        error={error}
        cancel={cancel}
      />
    </form>
  );
}

/** What was typed. Of one that is kept, a field that was emptied gets its default back, and an empty secret stays. */
function valuesOf(
  fields: readonly IField[],
  typed: Readonly<Record<string, string | boolean>>,
  kept: boolean
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  fields.forEach(field => {
    const value = field.name in typed ? valueOf(field, typed[field.name]) : undefined;
    if (value !== undefined) {
      values[field.name] = value;
    } else if (kept && field.name in typed && field.kind !== 'secret') {
      values[field.name] = null;
    }
  });
  return values;
}
