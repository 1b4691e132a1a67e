import { answer, type Schemas } from '../../api/client';
import { isLive } from '../../model/run';
import { ProblemNote } from '../../parts/ProblemNote';
import { StateMark } from '../../parts/StateMark';
import { usePanel } from '../context';
import { Busy } from '../parts/Busy';
import { useAction } from '../useAction';
import { FailureNote } from './FailureNote';
import { RunButtons } from './RunButtons';
import { RunFacts } from './RunFacts';
import { RunSteps } from './RunSteps';
import { useRun } from './useRun';

/** One run: what it is of, what became of its steps, and what can be done with it. */
export function RunDetail({ id }: { id: string }): JSX.Element {
  const { client, trans, commands, view } = usePanel();
  const { value, error, reload } = useRun(id);
  const action = useAction();
  if (!value) {
    return error ? <ProblemNote trans={trans} error={error} retry={reload} /> : <Busy />;
  }
  const { run, steps } = value;
  const path = { run_id: run.run_id };

  const cancel = () =>
    action.act(async () => {
      await answer(client.routes.POST('/runs/{run_id}/cancel', { params: { path } }));
      reload();
    });
  const retry = (body: { from?: string; fresh?: boolean }) =>
    action.act(async () => {
      const whole = { inputs: {}, revision: 'same', fresh: false, ...body } as Schemas['Retry'];
      const made = await answer(client.routes.POST('/runs/{run_id}/retry', { params: { path }, body: whole }));
      view.setState({ chosen: made.run_id, step: null });
    });
  const explained = steps.some(step => step.failure && step.failure.message === run.failure?.message);
  return (
    <>
      <h2>
        {run.flow || run.flow_id} <StateMark trans={trans} state={run.state} />
      </h2>
      <RunButtons run={run} busy={action.busy} cancel={cancel} retry={retry} />
      <ProblemNote trans={trans} error={action.error ?? error} />
      {run.failure && !explained && <FailureNote failure={run.failure} />}
      <RunFacts run={run} />
      <Notes run={run} />
      <h3>{trans.__('Steps')}</h3>
      <RunSteps
        steps={steps}
        retryFrom={!isLive(run.state) && !action.busy ? node => void retry({ from: node }) : null}
        show={step => void commands.execute('millrace:open-run', { run: run.run_id, step })}
      />
    </>
  );
}

/** What one should know before one relies on the run. */
function Notes({ run }: { run: Schemas['RunDetail'] }): JSX.Element | null {
  const { trans } = usePanel();
  const late = run.late.map(one =>
    trans.__(
      'Attempt %1 at %2 ended as %3 after it had been given up: what it does outside may have happened twice.',
      one.attempt,
      one.node,
      one.state
    )
  );
  const forgotten = run.forgotten ? [trans.__('Its values, logs and notebooks are no longer kept.')] : [];
  const all = [...late, ...run.drift, ...forgotten];
  return all.length ? (
    <ul className="mr-Note mr-mod-warn" aria-label={trans.__('Notes')}>
      {all.map((text, index) => (
        <li key={index}>{text}</li>
      ))}
    </ul>
  ) : null;
}
