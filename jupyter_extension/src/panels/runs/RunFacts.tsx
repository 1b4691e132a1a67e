import type { Schemas } from '../../api/client';
import { Facts } from '../../parts/Facts';
import { Took } from '../../parts/Took';
import { When } from '../../parts/When';
import { usePanel } from '../context';

/** When a run was, of what, and by whom. */
export function RunFacts({ run }: { run: Schemas['RunDetail'] }): JSX.Element {
  const { trans, view } = usePanel();
  const of = run.revision === null ? trans.__('A draft') : trans.__('Revision %1', run.revision);
  const inputs = Object.entries(run.inputs);
  return (
    <Facts
      facts={[
        [trans.__('Started by'), startedBy(run, trans.__('A person'))],
        [trans.__('Of'), run.environment === 'default' ? of : `${of}, ${run.environment}`],
        [trans.__('Queued'), <When key="c" time={run.created} full />],
        [trans.__('Took'), run.started && <Took {...run} />],
        [
          trans.__('In place of'),
          run.origin_run && (
            <button
              type="button"
              className="mr-Link"
              onClick={() => view.setState({ chosen: run.origin_run, step: null })}
            >
              {run.origin_run}
            </button>
          )
        ],
        [trans.__('Id'), <code key="i">{run.run_id}</code>],
        [
          trans.__('Inputs'),
          inputs.length > 0 && (
            <Facts facts={inputs.map(([name, value]) => [name, <code key={name}>{JSON.stringify(value)}</code>])} />
          )
        ]
      ]}
    />
  );
}

/** The trigger, or who asked for it. */
function startedBy(run: Schemas['RunDetail'], somebody: string): string {
  if (run.trigger) {
    return run.trigger;
  }
  const event = run.event as { payload?: { author?: unknown } } | null;
  const author = event?.payload?.author;
  return typeof author === 'string' && author ? author : somebody;
}
