import { answer, type Schemas } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { When } from '../../parts/When';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { RunLink } from '../parts/RunLink';
import { ShowMore } from '../parts/ShowMore';
import { Table } from '../parts/Table';
import { usePages } from '../usePages';

interface ICredentialLogProps {
  /** Empty for all. */
  name: string;
  environment: string;
  /** Looked at anew when it changes. */
  version?: number;
}

/** Who changed and used credentials, and when. */
export function CredentialLog({ name, environment, version }: ICredentialLogProps): JSX.Element {
  const { client, trans } = usePanel();
  const { items, error, more, reload } = usePages(
    (before?: string) =>
      answer(client.routes.GET('/credentials/log', { params: { query: { name, environment, before } } })),
    keyOf,
    [client, name, environment, version]
  );
  if (!items) {
    return error ? <ProblemNote trans={trans} error={error} retry={reload} /> : <Busy />;
  }
  const what = (one: Schemas['CredentialEventShown']) =>
    one.fields.length ? `${one.action}: ${one.fields.join(', ')}` : one.action;
  return (
    <>
      <Table
        label={trans.__('Credential log')}
        items={items}
        keyOf={keyOf}
        columns={[
          { name: trans.__('When'), cell: one => <When time={one.time} />, className: 'mr-mod-time' },
          ...(name ? [] : [{ name: trans.__('Credential'), cell: (one: Schemas['CredentialEventShown']) => one.name }]),
          { name: trans.__('Who'), cell: one => one.who },
          { name: trans.__('What'), cell: what },
          {
            name: trans.__('Where'),
            cell: one =>
              one.run_id && (
                <>
                  <RunLink run={one.run_id} /> {one.step}
                </>
              )
          }
        ]}
      />
      <ShowMore more={more} error={error} />
    </>
  );
}

function keyOf({ time, credential_id, action, step }: Schemas['CredentialEventShown']): string {
  return `${time} ${credential_id} ${action} ${step}`;
}
