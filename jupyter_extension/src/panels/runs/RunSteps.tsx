import { Button } from '@jupyterlab/ui-components';

import type { Schemas } from '../../api/client';
import { numberText } from '../../model/measure';
import { StateMark } from '../../parts/StateMark';
import { Took } from '../../parts/Took';
import { When } from '../../parts/When';
import { usePanel, usePanelView } from '../context';
import { FailureNote } from './FailureNote';

type StepShown = Schemas['StepShown'];

interface IRunStepsProps {
  steps: readonly StepShown[];
  /** Runs it again from a node on; null while that cannot be done. */
  retryFrom: ((node: string) => void) | null;
  /** Leads to a step in the flow. */
  show: (step: string) => void;
}

export function RunSteps({ steps, retryFrom, show }: IRunStepsProps): JSX.Element {
  const { trans } = usePanel();
  const asked = usePanelView(view => view.step);
  return (
    <table className="mr-Table" aria-label={trans.__('Steps')}>
      <thead>
        <tr>
          <th scope="col">{trans.__('Step')}</th>
          <th scope="col">{trans.__('State')}</th>
          <th scope="col">{trans.__('Started')}</th>
          <th scope="col">{trans.__('Took')}</th>
          <th scope="col">{trans.__('Rows out')}</th>
          <th scope="col">
            <span className="mr-Unseen">{trans.__('Actions')}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {steps.map(step => (
          <StepRows
            key={step.step}
            step={step}
            asked={step.step === asked}
            retryFrom={retryFrom}
            show={() => show(step.step)}
          />
        ))}
      </tbody>
    </table>
  );
}

interface IStepRowsProps {
  step: StepShown;
  asked: boolean;
  retryFrom: ((node: string) => void) | null;
  show: () => void;
}

function StepRows({ step, asked, retryFrom, show }: IStepRowsProps): JSX.Element {
  const { trans } = usePanel();
  const rows = Object.entries(step.outputs).flatMap(([port, output]) =>
    output.rows === null ? [] : [`${port} ${numberText(output.rows)}`]
  );
  return (
    <>
      <tr aria-current={asked || undefined}>
        <th scope="row" className="mr-mod-step">
          <button type="button" className="mr-Link" onClick={show} title={trans.__('Show this step in its flow')}>
            {step.step}
          </button>
          {step.attempt > 1 && <span className="mr-Quiet"> {trans.__('attempt %1', step.attempt)}</span>}
        </th>
        <td>
          <StateMark trans={trans} state={step.state} />
        </td>
        <td className="mr-mod-time">
          <When time={step.started} />
        </td>
        <td className="mr-mod-number">
          <Took {...step} />
        </td>
        <td className="mr-mod-rows">
          {rows.map(text => (
            <div key={text}>{text}</div>
          ))}
        </td>
        <td>
          {retryFrom && (
            <Button
              minimal
              small
              onClick={() => retryFrom(step.node)}
              aria-label={trans.__('Retry from %1', step.step)}
            >
              {trans.__('Retry from here')}
            </Button>
          )}
        </td>
      </tr>
      {step.failure && (
        <tr className="mr-Table-more">
          <td colSpan={6}>
            <FailureNote failure={step.failure} />
          </td>
        </tr>
      )}
    </>
  );
}
