import { useStore } from 'zustand';

import { durationText } from '../../model/measure';
import type { IRunView } from '../../model/run';
import { StateMark } from '../../parts/StateMark';
import { useNow } from '../../parts/useNow';
import { useEditor, useSession } from '../context';
import { runningOf } from './running';

/** In the toolbar: the state of the shown run, how long it takes, and the way to its history. */
export function RunStatus(): JSX.Element {
  const editor = useEditor();
  const run = useSession(state => state.run);
  const starting = useStore(runningOf(editor).store, state => state.starting);
  const now = useNow(run?.live ?? false);
  const { trans, commands } = editor;
  if (starting) {
    return <span className="mr-RunStatus">{trans.__('Starting…')}</span>;
  }
  if (!run) {
    return <span className="mr-RunStatus">{trans.__('Not run yet')}</span>;
  }
  const seconds = secondsOf(run, now);
  const content = (
    <>
      <StateMark trans={trans} state={run.state} />
      {seconds !== null && <span className="mr-RunStatus-time">{durationText(seconds)}</span>}
    </>
  );
  if (!commands.hasCommand(HISTORY)) {
    return <span className="mr-RunStatus">{content}</span>;
  }
  return (
    <button
      type="button"
      className="mr-RunStatus mr-RunStatus-link"
      title={trans.__('Show the runs of this flow')}
      onClick={() => void commands.execute(HISTORY, { flow: editor.document.flow.id, run: run.runId })}
    >
      {content}
    </button>
  );
}

/** The panel of runs: `{flow, run}`. */
const HISTORY = 'millrace:open-runs';

function secondsOf({ run, live }: IRunView, now: number): number | null {
  if (run.seconds !== null && !live) {
    return run.seconds;
  }
  return run.started ? Math.max(0, (now - Date.parse(run.started)) / 1000) : null;
}
