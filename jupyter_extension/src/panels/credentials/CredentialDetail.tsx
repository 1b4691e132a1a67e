import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Button } from '@jupyterlab/ui-components';
import { useState } from 'react';

import { answer, ApiError, type Schemas } from '../../api/client';
import { Facts } from '../../parts/Facts';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { When } from '../../parts/When';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { useAction } from '../useAction';
import { useEditing } from '../useEditing';
import { CredentialForm } from './CredentialForm';
import { CredentialLog } from './CredentialLog';

interface ICredentialDetailProps {
  environment: string;
  name: string;
  type: Schemas['CredentialTypeShown'] | undefined;
  changed: () => void;
  deleted: () => void;
}

/** A credential without its secrets: what uses it, what was done with it, and whether it works. */
export function CredentialDetail({ environment, name, type, changed, deleted }: ICredentialDetailProps): JSX.Element {
  const { client, trans } = usePanel();
  const path = { environment, name };
  const [told, setTold] = useState('');
  const action = useAction();
  const { value, error, reload } = useLoaded(
    () => answer(client.routes.GET('/credentials/{environment}/{name}', { params: { path } })),
    [client, environment, name]
  );
  const edit = useEditing(reload, changed);
  if (!value) {
    return error ? <ProblemNote trans={trans} error={error} retry={reload} /> : <Busy />;
  }
  if (edit.editing) {
    return (
      <>
        <ProblemNote trans={trans} error={edit.conflict} />
        <CredentialForm key={value.version} credential={value} done={edit.stop} cancel={edit.stop} stale={edit.stale} />
      </>
    );
  }
  const test = () =>
    action.act(async () => {
      setTold('');
      const { message } = await answer(
        client.routes.POST('/credentials/{environment}/{name}/test', { params: { path } })
      );
      setTold(message || trans.__('It works.'));
    });
  const remove = () =>
    action.act(async () => {
      if (await confirmed(value, trans)) {
        const header = { 'If-Match': `"${value.version}"` };
        const query = { force: value.used_by.length > 0 };
        await answer(client.routes.DELETE('/credentials/{environment}/{name}', { params: { path, header, query } }));
        deleted();
      }
    });
  const stale = action.error instanceof ApiError && action.error.problem.status === 412;
  return (
    <>
      <h2>{value.name}</h2>
      <div className="mr-Buttons">
        {type?.tests && (
          <Button small className="jp-mod-accept" disabled={action.busy} onClick={test}>
            {action.busy ? trans.__('Testing…') : trans.__('Test connection')}
          </Button>
        )}
        <Button small disabled={action.busy} onClick={edit.start}>
          {trans.__('Edit')}
        </Button>
        <Button small className="jp-mod-warn" disabled={action.busy} onClick={remove}>
          {trans.__('Delete')}
        </Button>
      </div>
      {told && (
        <div className="mr-Note mr-mod-good" role="status">
          <p>{told}</p>
        </div>
      )}
      <ProblemNote trans={trans} error={action.error} retry={stale ? stop : undefined} />
      <Facts
        facts={[
          [trans.__('Type'), type?.title ?? value.type],
          [trans.__('Environment'), value.environment],
          ...Object.entries(value.fields).map(([field, held]) => [titleOf(type, field), textOf(held)] as const),
          ...value.secret.map(field => [titleOf(type, field), trans.__('Set; nobody is shown it')] as const),
          [trans.__('Changed'), <When key="w" time={value.updated} full />],
          [trans.__('By'), value.author]
        ]}
      />
      <h3>{trans.__('Used by')}</h3>
      {value.used_by.length ? (
        <ul>
          {value.used_by.map(one => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      ) : (
        <p className="mr-Quiet">{trans.__('No published flow and no webhook names it.')}</p>
      )}
      <h3>{trans.__('What was done with it')}</h3>
      <CredentialLog name={name} environment={environment} version={value.version} />
    </>
  );
}

async function confirmed(
  value: Schemas['CredentialDetail'],
  trans: ReturnType<typeof usePanel>['trans']
): Promise<boolean> {
  const title = trans.__('Delete the credential %1?', value.name);
  const body = value.used_by.length
    ? trans.__('What uses it will fail: %1', value.used_by.join(', '))
    : trans.__('Nothing that is published uses it.');
  const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })];
  return (await showDialog({ title, body, buttons })).button.accept;
}

function titleOf(type: Schemas['CredentialTypeShown'] | undefined, field: string): string {
  const properties = (type?.fields.properties ?? {}) as Record<string, { title?: string }>;
  return properties[field]?.title ?? field;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : value === null ? '' : JSON.stringify(value);
}
