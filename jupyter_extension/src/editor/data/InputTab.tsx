import { inputsOf } from '../../model/portValues';
import type { IRunView } from '../../model/run';
import { useEditor, useFlow } from '../context';
import { PortValues } from './PortValues';

/** What a node was given in a run. */
export function InputTab({ run, node }: { run: IRunView; node: string }): JSX.Element {
  const { trans } = useEditor();
  const flow = useFlow();
  const values = inputsOf(run, flow, node);
  if (values.length) {
    const placed = values.map(one => ({ ...one, place: { run: run.runId, step: one.step, port: one.port } }));
    return <PortValues values={placed} />;
  }
  const wired = flow.edges.some(({ to }) => to.startsWith(`${node}.`));
  return (
    <p className="mr-Empty">
      {wired
        ? trans.__('The nodes before this one have made nothing in this run.')
        : trans.__('No wire leads to this node. Pull one from the output of another node to its input.')}
    </p>
  );
}
