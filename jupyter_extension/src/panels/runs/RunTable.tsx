import type { Schemas } from '../../api/client';
import { startedBy } from '../../model/startedBy';
import { StateMark } from '../../parts/StateMark';
import { Took } from '../../parts/Took';
import { When } from '../../parts/When';
import { usePanel, usePanelView } from '../context';
import { Table } from '../parts/Table';

type RunShown = Schemas['RunShown'];

interface IRunTableProps {
  runs: readonly RunShown[];
  triggers: readonly Schemas['TriggerShown'][];
}

export function RunTable({ runs, triggers }: IRunTableProps): JSX.Element {
  const { trans, view } = usePanel();
  const chosen = usePanelView(one => one.chosen);
  const known = new Map(triggers.map(one => [one.trigger_id, one]));
  const by = (run: RunShown) => {
    const words = startedBy(trans, run, known.get(run.trigger_id ?? ''));
    return <span title={words}>{words}</span>;
  };
  return (
    <Table
      label={trans.__('Runs')}
      items={runs}
      keyOf={run => run.run_id}
      chosen={chosen}
      choose={run => view.setState({ chosen: run.run_id, step: null })}
      columns={[
        { name: trans.__('Flow'), cell: run => run.flow || run.flow_id, className: 'mr-mod-name' },
        { name: trans.__('State'), cell: run => <StateMark trans={trans} state={run.state} /> },
        { name: trans.__('Started by'), cell: by, className: 'mr-mod-by' },
        {
          name: trans.__('Started'),
          cell: run => <When time={run.started ?? run.created} />,
          className: 'mr-mod-time'
        },
        { name: trans.__('Took'), cell: run => <Took {...run} />, className: 'mr-mod-number' },
        {
          name: trans.__('Error'),
          cell: run => <span title={run.failure?.message}>{run.failure?.message}</span>,
          className: 'mr-mod-error-cell'
        }
      ]}
    />
  );
}
