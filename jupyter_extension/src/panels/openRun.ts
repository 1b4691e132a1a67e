import { MainAreaWidget } from '@jupyterlab/apputils';

import { answer } from '../api/client';
import type { LabServer } from '../api/labServer';
import type { PanelParts } from './context';

const LONGEST_WAIT = 30_000;

/** Shows a run, and a step of it, in its flow; in the list of runs where that cannot be opened here. */
export async function openRun(parts: PanelParts, run: string, step: string): Promise<void> {
  const { commands, lab } = parts;
  const path = await pathOf(parts, run).then(
    file => contentsPath(lab, file),
    () => null
  );
  const opened = path === null ? null : await openFlow(parts, path);
  if (!opened || !commands.hasCommand('millrace:show-run')) {
    await commands.execute('millrace:open-runs', { run, step });
    return;
  }
  await commands.execute('millrace:show-run', { run, step });
}

/** Where the flow of a run lies on the service's disk. */
export async function pathOf({ client }: PanelParts, run_id: string): Promise<string> {
  const { flow_id } = await answer(client.routes.GET('/runs/{run_id}', { params: { path: { run_id } } }));
  return (await answer(client.routes.GET('/flows/{flow_id}', { params: { path: { flow_id } } }))).path;
}

/** The contents path of a file of the service's disk; null if it is not below Jupyter's folder. */
export async function contentsPath(lab: LabServer, file: string): Promise<string | null> {
  const { file: root } = await lab.placeOf('');
  return file.startsWith(`${root}/`) ? file.slice(root.length + 1) : null;
}

/** Opens a flow, and waits until its editor can be asked; null if there is none, as for a file that is gone. */
async function openFlow({ commands, contents }: PanelParts, path: string): Promise<unknown> {
  try {
    await contents.get(path, { content: false });
  } catch {
    return null;
  }
  const widget: unknown = await commands.execute('docmanager:open', { path, factory: 'Flow editor' });
  const start = Date.now();
  while (widget && !editorOf(widget) && Date.now() - start < LONGEST_WAIT) {
    await new Promise(resolve => setTimeout(resolve, 50));
  }
  return editorOf(widget);
}

/** Of a flow's widget, which is drawn some time after it is opened. */
function editorOf(widget: unknown): unknown {
  return widget instanceof MainAreaWidget && 'editor' in widget ? widget.editor : null;
}
