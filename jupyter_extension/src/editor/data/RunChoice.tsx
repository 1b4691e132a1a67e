import { useStore } from 'zustand';

import type { IRunView, Run } from '../../model/run';
import { useEditor } from '../context';
import { runningOf } from '../running/running';
import { stateText } from '../running/stateText';

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
    const time = new Date(created).toLocaleString(navigator.language, { dateStyle: 'short', timeStyle: 'medium' });
    return [time, stateText(trans, state).toLowerCase(), revision_id && trans.__('published')]
      .filter(Boolean)
      .join(', ');
  }
}
