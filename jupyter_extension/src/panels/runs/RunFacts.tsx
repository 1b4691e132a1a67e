import type { Schemas } from '../../api/client';
import { Facts } from '../../parts/Facts';
import { Took } from '../../parts/Took';
import { When } from '../../parts/When';
import { startedBy } from '../../model/startedBy';
import { usePanel } from '../context';

/** When a run was, of what, and by whom. */
export function RunFacts({ run }: { run: Schemas['RunDetail'] }): JSX.Element {
  const { trans, view } = usePanel();
  const of = run.revision === null ? trans.__('A draft') : trans.__('Revision %1', run.revision);
  const inputs = Object.entries(run.inputs);
  return (
    <Facts
      facts={[
        [trans.__('Started by'), startedBy(trans, { ...run, origin_run: null }, triggerOf(run))],
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

function triggerOf({ trigger, event }: Schemas['RunDetail']): { kind: string; name: string } | undefined {
  const { kind } = event as { kind: string };
  return trigger === null ? undefined : { kind, name: trigger };
}
