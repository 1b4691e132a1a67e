import { useStore } from 'zustand';

import { shortTime } from '../../model/moment';
import type { IRunView, Run } from '../../model/run';
import { stateWord } from '../../model/stateWord';
import { useEditor } from '../context';
import { runningOf } from '../running/running';

/** Which of the flow's runs is shown. */
export function RunChoice({ run }: { run: IRunView }): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const running = runningOf(editor);
  const runs = useStore(running.store, state => state.runs);
  const listed = runs.some(({ run_id }) => run_id === run.runId) ? runs : [run.run, ...runs];
  return (
    <label className="mr-RunChoice">
      <span aria-hidden="true">{trans.__('Run')}</span>
      <select
        aria-label={trans.__('Shown run')}
        value={run.runId}
        onChange={event => void running.show(event.target.value)}
      >
        {listed.map(one => (
          <option key={one.run_id} value={one.run_id}>
            {nameOf(one, one.run_id === run.runId ? run.state : one.state)}
          </option>
        ))}
      </select>
    </label>
  );

  function nameOf({ created, revision_id }: Run, state: string): string {
    return [
      shortTime(new Date(created), new Date()),
      stateWord(trans, state).toLowerCase(),
      revision_id && trans.__('published')
    ]
      .filter(Boolean)
      .join(', ');
  }
}
