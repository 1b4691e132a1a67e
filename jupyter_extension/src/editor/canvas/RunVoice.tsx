import { titleOf } from '../../model/cards';
import { isEnded } from '../../model/run';
import { stateWord } from '../../model/stateWord';
import { useEditor, useSession } from '../context';
import { currentCards } from './cards';

/** Says politely how a run goes: how many nodes are done, and which failed. */
export function RunVoice(): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const run = useSession(state => state.run);
  const steps = Object.entries(run?.steps ?? {});
  const done = steps.filter(([, step]) => isEnded(step)).length;
  const failed = steps.filter(([, step]) => step.state === 'failed').map(([id]) => nameOf(id));
  const words = !run
    ? ''
    : [
        run.live
          ? trans.__('%1 of %2 nodes done.', done, steps.length)
          : trans.__('Run: %1.', stateWord(trans, run.state)),
        ...(failed.length ? [trans.__('Failed: %1.', failed.join(', '))] : [])
      ].join(' ');
  return (
    <div className="mr-Unseen" role="status" aria-live="polite">
      {words}
    </div>
  );

  function nameOf(id: string): string {
    const card = currentCards(editor).get(id);
    return card ? titleOf(card) : id;
  }
}
