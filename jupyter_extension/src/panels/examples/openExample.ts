import { answer } from '../../api/client';
import type { IPanel } from '../context';
import { pathOf } from '../openRun';
import type { IExample } from './loadExamples';

/** Opens an example; the first one is run when nobody has run this copy of it yet. */
export async function openExample(panel: IPanel, { path, document, runs }: IExample): Promise<void> {
  const { client, commands, lab } = panel;
  await commands.execute('docmanager:open', { path });
  const flow = document?.id;
  if (!runs || !flow) {
    return;
  }
  const { items } = await answer(client.routes.GET('/runs', { params: { query: { flow, limit: 1 } } }));
  const { file } = await lab.placeOf(path);
  const last = items[0]?.run_id;
  const run = last && (await pathOf(panel, last)) === file ? last : await firstRun(panel, file, document);
  await commands.execute('millrace:open-run', { run, step: '' });
}

async function firstRun({ client }: IPanel, file: string, document: Record<string, unknown>): Promise<string> {
  const body = { document, path: file, inputs: {}, fresh: false };
  return (await answer(client.routes.POST('/runs', { body }))).run_id;
}
