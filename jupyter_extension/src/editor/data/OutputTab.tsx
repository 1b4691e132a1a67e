import { outputsOf } from '../../model/portValues';
import type { IRunView } from '../../model/run';
import { useEditor } from '../context';
import { PortValues } from './PortValues';

/** What a node has made in a run. */
export function OutputTab({ run, node }: { run: IRunView; node: string }): JSX.Element {
  const { trans } = useEditor();
  const values = outputsOf(run, node);
  if (values.length) {
    const placed = values.map(one => ({ ...one, place: { run: run.runId, step: one.step, port: one.port } }));
    return <PortValues values={placed} />;
  }
  return <p className="mr-Empty">{emptyText(run.steps[node]?.state)}</p>;

  function emptyText(state: string | undefined): string {
    switch (state) {
      case undefined:
        return trans.__('This node was not part of the run. Run the flow to see what it makes.');
      case 'succeeded':
      case 'reused':
        return trans.__('This node has no outputs. See its log and details.');
      case 'failed':
      case 'unknown':
        return trans.__('The node has failed, so there is no output. Mend it and retry from here.');
      case 'skipped':
        return trans.__('The node was skipped: what it needs was not made.');
      case 'cancelled':
        return trans.__('The run was stopped before this node was done. Run it again.');
      default:
        return run.live
          ? trans.__('The node is not done yet. Its log shows what it does.')
          : trans.__('The node did not run.');
    }
  }
}
