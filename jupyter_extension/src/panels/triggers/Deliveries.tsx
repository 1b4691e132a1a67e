import { Button, refreshIcon } from '@jupyterlab/ui-components';
import { useState } from 'react';

import { answer } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { When } from '../../parts/When';
import { usePanel, usePanelView } from '../context';
import { Busy } from '../parts/Busy';
import { EmptyNote } from '../parts/EmptyNote';
import { RunLink } from '../parts/RunLink';
import { ShowMore } from '../parts/ShowMore';
import { Table } from '../parts/Table';
import { usePages } from '../usePages';
import { useRunEvents } from '../useRunEvents';
import { DeliveryDetail } from './DeliveryDetail';
import { outcomeWord } from './outcomeWord';

/** What was sent to a webhook, what it got, and why. */
export function Deliveries({ trigger_id }: { trigger_id: string }): JSX.Element {
  const { client, trans } = usePanel();
  const visible = usePanelView(view => view.visible);
  const [chosen, setChosen] = useState<string | null>(null);
  const { items, error, more, reload } = usePages(
    (before?: string) => {
      const params = { path: { trigger_id }, query: { before } };
      return answer(client.routes.GET('/triggers/{trigger_id}/deliveries', { params }));
    },
    one => one.delivery_id,
    [client, trigger_id, visible]
  );
  useRunEvents('/events', reload); // an accepted delivery is a run
  if (!items) {
    return error ? <ProblemNote trans={trans} error={error} retry={reload} /> : <Busy />;
  }
  return (
    <>
      <div className="mr-Buttons">
        <Button minimal small onClick={reload}>
          <refreshIcon.react tag="span" aria-hidden="true" className="mr-ButtonIcon" /> {trans.__('Look again')}
        </Button>
      </div>
      {items.length === 0 && (
        <EmptyNote title={trans.__('Nobody has called yet.')}>
          <p>{trans.__('Send a POST to the address above, and look again.')}</p>
        </EmptyNote>
      )}
      {items.length > 0 && (
        <Table
          label={trans.__('Deliveries')}
          items={items}
          keyOf={one => one.delivery_id}
          chosen={chosen}
          choose={one => setChosen(one.delivery_id === chosen ? null : one.delivery_id)}
          columns={[
            { name: trans.__('Received'), cell: one => <When time={one.received} />, className: 'mr-mod-time' },
            { name: trans.__('Answer'), cell: one => `${one.status} ${outcomeWord(one.outcome, trans)}` },
            {
              name: trans.__('Why'),
              cell: one =>
                one.unrecorded ? trans.__('%1 (and %2 more before it)', one.reason, one.unrecorded) : one.reason
            },
            { name: trans.__('Run'), cell: one => one.run_id && <RunLink run={one.run_id} /> }
          ]}
        />
      )}
      <ShowMore more={more} error={error} />
      {chosen && <DeliveryDetail key={chosen} id={chosen} replayed={reload} />}
    </>
  );
}
