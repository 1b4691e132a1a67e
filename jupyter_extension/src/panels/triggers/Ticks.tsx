import { answer } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { When } from '../../parts/When';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { EmptyNote } from '../parts/EmptyNote';
import { RunLink } from '../parts/RunLink';
import { ShowMore } from '../parts/ShowMore';
import { Table } from '../parts/Table';
import { usePages } from '../usePages';

/** What became of each due time. */
export function Ticks({ trigger_id }: { trigger_id: string }): JSX.Element {
  const { client, trans } = usePanel();
  const { items, error, more, reload } = usePages(
    (before?: number) => {
      const params = { path: { trigger_id }, query: { before } };
      return answer(client.routes.GET('/triggers/{trigger_id}/ticks', { params }));
    },
    tick => tick.due,
    [client, trigger_id]
  );
  if (!items) {
    return error ? <ProblemNote trans={trans} error={error} retry={reload} /> : <Busy />;
  }
  if (!items.length) {
    return <EmptyNote title={trans.__('No time was due yet.')} />;
  }
  return (
    <>
      <Table
        label={trans.__('Due times')}
        items={items}
        keyOf={tick => tick.due}
        columns={[
          { name: trans.__('Due'), cell: tick => <When time={tick.due} />, className: 'mr-mod-time' },
          {
            name: trans.__('What became of it'),
            cell: tick => (tick.run_id ? <RunLink run={tick.run_id} /> : trans.__('Skipped: %1', tick.skipped ?? ''))
          }
        ]}
      />
      <ShowMore more={more} error={error} />
    </>
  );
}
