import { answer } from '../../api/client';
import type { IPanel } from '../context';
import type { IExample } from './loadExamples';

/** Opens an example; the first one is run when nobody has run it yet. */
export async function openExample(panel: IPanel, { path, document, runs }: IExample): Promise<void> {
  const { client, commands } = panel;
  await commands.execute('docmanager:open', { path });
  const flow = document?.id;
  if (!runs || !flow) {
    return;
  }
  const { items } = await answer(client.routes.GET('/runs', { params: { query: { flow, limit: 1 } } }));
  const run = items[0]?.run_id ?? (await firstRun(panel, path, document));
  await commands.execute('millrace:open-run', { run, step: '' });
}

async function firstRun({ client, lab }: IPanel, path: string, document: Record<string, unknown>): Promise<string> {
  const { file } = await lab.placeOf(path);
  const body = { document, path: file, inputs: {}, fresh: false };
  return (await answer(client.routes.POST('/runs', { body }))).run_id;
}
