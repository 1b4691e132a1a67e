import { answer } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { Table } from '../parts/Table';

interface IDifferencesProps {
  flow_id: string;
  from: number;
  to: number;
}

/** What has to be done to one revision to get another. */
export function Differences({ flow_id, from, to }: IDifferencesProps): JSX.Element {
  const { client, trans } = usePanel();
  const { value, error } = useLoaded(() => {
    const params = { path: { flow_id, number: from }, query: { to } };
    return answer(client.routes.GET('/flows/{flow_id}/revisions/{number}/differences', { params }));
  }, [client, flow_id, from, to]);
  if (!value) {
    return error ? <ProblemNote trans={trans} error={error} /> : <Busy />;
  }
  const title = trans.__('From revision %1 to revision %2', from, to);
  return (
    <>
      <h3>{title}</h3>
      {value.items.length === 0 && <p>{trans.__('They do the same.')}</p>}
      {value.items.length > 0 && (
        <Table
          label={title}
          items={value.items}
          keyOf={one => `${one.where} ${one.what}`}
          columns={[
            { name: trans.__('Where'), cell: one => one.where },
            { name: trans.__('What'), cell: one => one.what }
          ]}
        />
      )}
    </>
  );
}
