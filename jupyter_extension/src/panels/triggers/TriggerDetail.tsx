import { useState } from 'react';

import { answer, type Schemas } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { Tabs } from '../../parts/Tabs';
import { useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { CopyBox } from '../parts/CopyBox';
import { useEditing } from '../useEditing';
import { Deliveries } from './Deliveries';
import { Revisions } from './Revisions';
import { SchedulePreview } from './SchedulePreview';
import { Ticks } from './Ticks';
import { TriggerButtons } from './TriggerButtons';
import { TriggerForm } from './TriggerForm';
import { TriggerState } from './TriggerState';

interface ITriggerDetailProps {
  id: string;
  changed: () => void;
  deleted: () => void;
}

/** One trigger: when it fires, what became of it, and which revision it runs. */
export function TriggerDetail({ id, changed, deleted }: ITriggerDetailProps): JSX.Element {
  const { client, trans } = usePanel();
  const [shown, show] = useState('history');
  const { value, error, reload } = useLoaded(
    () => answer(client.routes.GET('/triggers/{trigger_id}', { params: { path: { trigger_id: id } } })),
    [client, id]
  );
  const edit = useEditing(reload, changed);
  if (!value) {
    return error ? <ProblemNote trans={trans} error={error} retry={reload} /> : <Busy />;
  }
  const refresh = () => {
    reload();
    changed();
  };
  if (edit.editing) {
    return (
      <>
        <ProblemNote trans={trans} error={edit.conflict} />
        <TriggerForm
          key={value.version}
          kind={value.kind as 'cron' | 'webhook'}
          trigger={value}
          done={edit.stop}
          cancel={edit.stop}
          stale={edit.stale}
        />
      </>
    );
  }
  const { trigger_id, flow_id, environment } = value;
  const cron = value.kind === 'cron';
  const tabs = [
    { id: 'history', title: cron ? trans.__('History') : trans.__('Deliveries') },
    { id: 'revisions', title: trans.__('Revisions') }
  ];
  return (
    <>
      <h2>
        {value.name} <TriggerState trigger={value} />
      </h2>
      <p className="mr-Quiet">{value.flow}</p>
      <TriggerButtons trigger={value} edit={edit.start} changed={refresh} deleted={deleted} />
      {cron ? <Times trigger={value} /> : <Address trigger={value} />}
      <Tabs label={trans.__('About %1', value.name)} tabs={tabs} shown={shown} onShow={show}>
        {shown === 'revisions' ? (
          <Revisions flow_id={flow_id} environment={environment} />
        ) : cron ? (
          <Ticks trigger_id={trigger_id} />
        ) : (
          <Deliveries trigger_id={trigger_id} />
        )}
      </Tabs>
    </>
  );
}

function Times({ trigger }: { trigger: Schemas['TriggerShown'] }): JSX.Element {
  return <SchedulePreview schedule={(trigger.settings as unknown as Schemas['CronTrigger']).schedule} />;
}

function Address({ trigger }: { trigger: Schemas['TriggerShown'] }): JSX.Element {
  const { trans } = usePanel();
  const url = trigger.url ?? '';
  return (
    <>
      <CopyBox text={url} label={trans.__('Address')} />
      {url.startsWith('/') && (
        <div className="mr-Note mr-mod-warn">
          <p>{trans.__('The service has no address for webhooks, so nobody can call it from elsewhere.')}</p>
          <p className="mr-Note-cure">{trans.__('Start the service with MILLRACE_HOOKS, such as 127.0.0.1:8421.')}</p>
        </div>
      )}
    </>
  );
}
