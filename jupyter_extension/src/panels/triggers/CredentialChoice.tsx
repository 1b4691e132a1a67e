import { Button } from '@jupyterlab/ui-components';

import { answer } from '../../api/client';
import { useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';
import { Choice } from '../parts/Choice';
import { Field } from '../parts/Field';

interface ICredentialChoiceProps {
  types: readonly string[];
  environment: string;
  value: string;
  error: unknown;
  choose: (name: string) => void;
}

/** One of the credentials of some types, or a new one. */
export function CredentialChoice({ types, environment, value, error, choose }: ICredentialChoiceProps): JSX.Element {
  const { client, trans, commands } = usePanel();
  const loaded = useLoaded(() => {
    const query = { environment, limit: 1000 };
    return answer(client.routes.GET('/credentials', { params: { query } }));
  }, [client, environment]);
  const names = (loaded.value?.items ?? []).filter(one => types.includes(one.type)).map(one => one.name);
  const all = value && !names.includes(value) ? [...names, value] : names;
  const add = async () => {
    const made = (await commands.execute('millrace:new-credential', { type: types[0], environment })) as string | null;
    if (made) {
      loaded.reload();
      choose(made);
    }
  };
  return (
    <Field label={trans.__('Credential')} name="credential" error={error} required>
      {(id, about) => (
        <div className="mr-Buttons">
          <Choice
            id={id}
            about={about}
            required
            value={value}
            options={[['', trans.__('Choose one')], ...all.map(name => [name, name] as const)]}
            choose={choose}
          />
          <Button small type="button" onClick={() => void add()}>
            {trans.__('New credential…')}
          </Button>
        </div>
      )}
    </Field>
  );
}
