import { addIcon, Button } from '@jupyterlab/ui-components';

import { answer } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { When } from '../../parts/When';
import { usePanel, usePanelView } from '../context';
import { Busy } from '../parts/Busy';
import { EmptyNote } from '../parts/EmptyNote';
import { Frame } from '../parts/Frame';
import { Table } from '../parts/Table';
import { TriggerDetail } from './TriggerDetail';
import { TriggerForm } from './TriggerForm';
import { TriggerState } from './TriggerState';

const NEW_CRON = 'new cron';
const NEW_WEBHOOK = 'new webhook';

/** What makes runs when nobody looks. */
export function TriggersPanel(): JSX.Element {
  const { client, trans, view } = usePanel();
  const { chosen, visible, flow } = usePanelView(one => one);
  const choose = (id: string | null) => view.setState({ chosen: id });
  const { value, error, reload } = useLoaded(() => {
    const query = { limit: 1000, flow_id: flow || undefined };
    return answer(client.routes.GET('/triggers', { params: { query } }));
  }, [client, flow, visible]);
  const add = (
    <div className="mr-Buttons">
      <Button className="jp-mod-accept" onClick={() => choose(NEW_CRON)}>
        <addIcon.react tag="span" aria-hidden="true" className="mr-ButtonIcon" /> {trans.__('New schedule')}
      </Button>
      <Button onClick={() => choose(NEW_WEBHOOK)}>
        <addIcon.react tag="span" aria-hidden="true" className="mr-ButtonIcon" /> {trans.__('New webhook')}
      </Button>
    </div>
  );
  const empty = value?.items.length === 0;
  const isNew = chosen === NEW_CRON || chosen === NEW_WEBHOOK;
  return (
    <Frame
      title={trans.__('Triggers')}
      tools={empty ? null : add}
      list={
        <>
          <ProblemNote trans={trans} error={error} retry={reload} />
          {!value && !error && <Busy />}
          {empty && (
            <EmptyNote title={trans.__('Nothing runs by itself yet.')}>
              <p>{trans.__('Let a published flow run by a schedule, or when somebody calls an address.')}</p>
              {add}
            </EmptyNote>
          )}
          {!!value?.items.length && (
            <Table
              label={trans.__('Triggers')}
              items={value.items}
              keyOf={one => one.trigger_id}
              chosen={chosen}
              choose={one => choose(one.trigger_id)}
              columns={[
                { name: trans.__('Name'), cell: one => one.name, className: 'mr-mod-name' },
                { name: trans.__('Flow'), cell: one => one.flow },
                {
                  name: trans.__('When'),
                  cell: one => (one.kind === 'cron' ? one.words : one.url),
                  className: 'mr-mod-when'
                },
                {
                  name: trans.__('Next'),
                  cell: one => one.paused === null && <When time={one.next} />,
                  className: 'mr-mod-time mr-mod-next'
                },
                { name: trans.__('State'), cell: one => <TriggerState trigger={one} /> }
              ]}
            />
          )}
        </>
      }
      detail={
        isNew ? (
          <TriggerForm
            key={chosen}
            kind={chosen === NEW_CRON ? 'cron' : 'webhook'}
            trigger={null}
            done={made => {
              reload();
              choose(made.trigger_id);
            }}
            cancel={() => choose(null)}
          />
        ) : (
          chosen && (
            <TriggerDetail
              key={chosen}
              id={chosen}
              changed={reload}
              deleted={() => {
                choose(null);
                reload();
              }}
            />
          )
        )
      }
      detailLabel={trans.__('Trigger')}
      close={() => choose(null)}
    />
  );
}
