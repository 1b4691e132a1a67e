import { addIcon, Button } from '@jupyterlab/ui-components';

import { answer, type Client, type Schemas } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { When } from '../../parts/When';
import { usePanel, usePanelView } from '../context';
import { Busy } from '../parts/Busy';
import { EmptyNote } from '../parts/EmptyNote';
import { Frame } from '../parts/Frame';
import { Table } from '../parts/Table';
import { CredentialDetail } from './CredentialDetail';
import { CredentialForm } from './CredentialForm';
import { CredentialLog } from './CredentialLog';
import { useTypes } from './useTypes';

const NEW = 'new';
const LOG = 'log';

/** Secrets that flows refer to by name. */
export function CredentialsPanel(): JSX.Element {
  const { client, trans, view } = usePanel();
  const { chosen, visible } = usePanelView(one => one);
  const choose = (id: string | null) => view.setState({ chosen: id });
  const { value, error, reload } = useLoaded(() => credentialsOf(client), [client, visible]);
  const types = useTypes();
  const titles = new Map((types.value ?? []).map(one => [one.id, one.title || one.id]));
  const empty = value?.length === 0;
  const add = (
    <Button className="jp-mod-accept" onClick={() => choose(NEW)}>
      <addIcon.react tag="span" aria-hidden="true" className="mr-ButtonIcon" /> {trans.__('New credential')}
    </Button>
  );
  return (
    <Frame
      title={trans.__('Credentials')}
      tools={
        <div className="mr-Buttons">
          {!empty && add}
          <Button onClick={() => choose(LOG)}>{trans.__('What was done')}</Button>
        </div>
      }
      list={
        <>
          <ProblemNote trans={trans} error={error} retry={reload} />
          {!value && !error && <Busy />}
          {empty && (
            <EmptyNote title={trans.__('No credential is kept yet.')}>
              <p>{trans.__('Keep a password, a token or a key here, encrypted; flows refer to it by its name.')}</p>
              {add}
            </EmptyNote>
          )}
          {!!value?.length && (
            <Table
              label={trans.__('Credentials')}
              items={value}
              keyOf={keyOf}
              chosen={chosen}
              choose={one => choose(keyOf(one))}
              columns={[
                { name: trans.__('Name'), cell: one => one.name, className: 'mr-mod-name' },
                { name: trans.__('Type'), cell: one => titles.get(one.type) ?? one.type },
                { name: trans.__('Environment'), cell: one => one.environment },
                { name: trans.__('Used by'), cell: one => one.used_by.join(', ') },
                { name: trans.__('Changed'), cell: one => <When time={one.updated} />, className: 'mr-mod-time' }
              ]}
            />
          )}
        </>
      }
      detail={chosen && <Beside chosen={chosen} known={value ?? []} types={types.value ?? []} reload={reload} />}
      detailLabel={trans.__('Credential')}
      close={() => choose(null)}
    />
  );
}

interface IBesideProps {
  chosen: string;
  known: readonly Schemas['CredentialDetail'][];
  types: readonly Schemas['CredentialTypeShown'][];
  reload: () => void;
}

/** What is open beside the list. */
function Beside({ chosen, known, types, reload }: IBesideProps): JSX.Element | null {
  const { trans, view } = usePanel();
  const choose = (id: string | null) => {
    view.setState({ chosen: id });
    reload();
  };
  if (chosen === NEW) {
    return <CredentialForm credential={null} done={made => choose(keyOf(made))} cancel={() => choose(null)} />;
  }
  if (chosen === LOG) {
    return (
      <>
        <h2>{trans.__('What was done with credentials')}</h2>
        <CredentialLog name="" environment="" />
      </>
    );
  }
  const [environment, name] = chosen.split('/');
  const one = known.find(credential => keyOf(credential) === chosen);
  return (
    <CredentialDetail
      key={chosen}
      environment={environment}
      name={name}
      type={types.find(type => type.id === one?.type)}
      changed={reload}
      deleted={() => choose(null)}
    />
  );
}

/** Neither an environment nor a name holds a slash. */
function keyOf({ environment, name }: { environment: string; name: string }): string {
  return `${environment}/${name}`;
}

/** All credentials with what uses them, which each tells itself. */
async function credentialsOf(client: Client): Promise<Schemas['CredentialDetail'][]> {
  const { items } = await answer(client.routes.GET('/credentials', { params: { query: { limit: 100 } } }));
  return Promise.all(
    items.map(({ environment, name }) =>
      answer(client.routes.GET('/credentials/{environment}/{name}', { params: { path: { environment, name } } }))
    )
  );
}
