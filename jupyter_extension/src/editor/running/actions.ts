import { showErrorMessage } from '@jupyterlab/apputils';

import { problemOf } from '../../api/client';
import { patiently } from '../../api/patiently';
import { lacksInputs } from '../../model/inputs';
import type { IEditor } from '../context';
import { askInputs } from './askInputs';
import { type Part, runningOf } from './running';

/** Runs the flow or a part of it; asks for the inputs where one has no value, or with `ask`. */
export async function runPart(editor: IEditor, part: Part, node?: string, ask = false): Promise<void> {
  const running = runningOf(editor);
  const inputs = editor.document.flow.inputs ?? [];
  const { inputs: given } = running.store.getState();
  const values = ask || lacksInputs(inputs, given) ? await askInputs(inputs, given, editor.trans) : given;
  if (values) {
    await running.start(part, node, values);
  }
}

export async function stopRun(editor: IEditor): Promise<void> {
  await runningOf(editor).stop();
}

/** Again from a node on, as the draft is now; without one, what did not succeed. */
export async function retryRun(editor: IEditor, from?: string): Promise<void> {
  await runningOf(editor).retry(from);
}

/** Again, every step of it. */
export async function repeatRun(editor: IEditor): Promise<void> {
  await runningOf(editor).retry(undefined, true);
}

/** A notebook with the real inputs of a step, in a tab of its own. */
export async function openAsNotebook(editor: IEditor, step: string): Promise<void> {
  const { run } = editor.store.getState();
  if (!run) {
    return;
  }
  try {
    const { path } = await patiently(() => editor.lab.scratch(run.runId, step));
    await editor.commands.execute('docmanager:open', { path, factory: 'Notebook' });
  } catch (error) {
    const { message, cure } = problemOf(error);
    await showErrorMessage(editor.trans.__('The notebook cannot be made'), `${message} ${cure}`.trim());
  }
}

/** Shows another run of the flow, and one of its steps. */
export async function showRun(editor: IEditor, run: string, step?: string): Promise<void> {
  await runningOf(editor).show(run);
  if (step) {
    editor.store.setState({ selection: [step] });
    editor.view.current?.reveal(step);
  }
}
