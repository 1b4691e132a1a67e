import type { ICard } from '../../model/cards';
import { durationText } from '../../model/measure';
import type { IStepView } from '../../model/run';
import { stateWord } from '../../model/stateWord';
import { StateIcon } from '../../parts/StateIcon';
import { useEditor } from '../context';
import { Icon } from './icons';

interface IProps {
  card: ICard;
  step: IStepView | undefined;
  /** Why what the step shows is not what the node would make now; empty if it is. */
  stale: string;
}

/** How a node fared: icon, colour and word; how far it is; before a run, what is wrong with it. */
export function CardFoot({ card, step, stale }: IProps): JSX.Element {
  const { trans } = useEditor();
  if (!step) {
    const [problem] = card.problems;
    return (
      <div className="mr-NodeCard-foot" title={problem?.message}>
        <span className="mr-NodeCard-state">{problem ? problem.message : trans.__('Not run yet')}</span>
      </div>
    );
  }
  const words = step.failure?.message ?? step.progress?.text;
  return (
    <div className="mr-NodeCard-foot" title={words}>
      <StateIcon state={step.state} />
      <span className="mr-NodeCard-state">
        {stateWord(trans, step.state)}
        {words && <span className="mr-NodeCard-words">{words}</span>}
      </span>
      {stale && (
        <span className="mr-NodeCard-stale" title={stale} role="img" aria-label={stale}>
          <Icon name="stale" />
        </span>
      )}
      {typeof step.seconds === 'number' && <span className="mr-NodeCard-time">{durationText(step.seconds)}</span>}
      {step.progress && (
        <span
          className="mr-NodeCard-progress"
          role="progressbar"
          aria-label={step.progress.text || trans.__('Progress')}
          aria-valuenow={Math.round(step.progress.at * 100)}
          aria-valuemin={0}
          aria-valuemax={100}
        >
          <span style={{ width: `${step.progress.at * 100}%` }} />
        </span>
      )}
    </div>
  );
}
