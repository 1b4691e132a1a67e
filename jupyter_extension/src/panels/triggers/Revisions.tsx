import { Button } from '@jupyterlab/ui-components';
import { useState } from 'react';

import { answer, type Schemas } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { When } from '../../parts/When';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { Table } from '../parts/Table';
import { useAction } from '../useAction';
import { Differences } from './Differences';
import { PublishNote } from './PublishNote';
import { useRevisions } from './useRevisions';

/** Which revision triggers run, what others there are, and what differs. */
export function Revisions({ flow_id, environment }: { flow_id: string; environment: string }): JSX.Element {
  const { client, trans } = usePanel();
  const { value, error, reload } = useRevisions(flow_id);
  const flow = useLoaded(
    () => answer(client.routes.GET('/flows/{flow_id}', { params: { path: { flow_id } } })),
    [client, flow_id]
  );
  const [compared, setCompared] = useState<number | null>(null);
  const action = useAction();
  if (!value) {
    return error ? <ProblemNote trans={trans} error={error} retry={reload} /> : <Busy />;
  }
  const active = value.find(one => one.active_in.includes(environment));
  const activate = (one: Schemas['RevisionShown']) =>
    action.act(async () => {
      await client.activate(flow_id, one.number, environment);
      setCompared(null);
      reload();
    });
  return (
    <>
      {flow.value && (
        <PublishNote flow={flow.value} environment={environment} published={active !== undefined} done={reload} />
      )}
      <ProblemNote trans={trans} error={action.error} />
      <Table
        label={trans.__('Revisions')}
        items={value}
        keyOf={one => String(one.number)}
        columns={[
          { name: trans.__('Revision'), cell: one => one.number, className: 'mr-mod-number' },
          { name: trans.__('Published'), cell: one => <When time={one.created} />, className: 'mr-mod-time' },
          { name: trans.__('By'), cell: one => one.author },
          { name: trans.__('What is new'), cell: one => one.note },
          {
            name: trans.__('Runs in'),
            cell: one =>
              one.active_in.includes(environment) ? (
                <strong>{one.active_in.join(', ')}</strong>
              ) : (
                <span className="mr-Buttons">
                  <Button
                    minimal
                    small
                    disabled={action.busy}
                    aria-label={trans.__('Activate revision %1', one.number)}
                    onClick={() => void activate(one)}
                  >
                    {trans.__('Activate')}
                  </Button>
                  {active && (
                    <Button
                      minimal
                      small
                      aria-label={trans.__('Compare revision %1', one.number)}
                      onClick={() => setCompared(one.number === compared ? null : one.number)}
                    >
                      {trans.__('Compare')}
                    </Button>
                  )}
                </span>
              )
          }
        ]}
      />
      {compared !== null && active && <Differences flow_id={flow_id} from={active.number} to={compared} />}
    </>
  );
}
