import { answer, type Schemas } from '../../api/client';
import { patiently } from '../../api/patiently';
import type { Run } from '../../model/run';
import type { IEditor } from '../context';

/** How many runs of a flow are listed. */
export const SHOWN_RUNS = 20;

type Draft = Schemas['StartDraft'];
export type Asked = Omit<Draft, 'document' | 'path'>;

/** Queues a run of the document as it is now, saved or not; the same key starts no second one. */
export async function startDraft(editor: IEditor, key: string, asked: Asked): Promise<Run> {
  const { document, lab, client, path } = editor;
  const place = await lab.placeOf(path());
  const body: Draft = {
    document: JSON.parse(document.getSource()) as Draft['document'],
    path: place.file,
    ...asked
  };
  return answer(client.routes.POST('/runs', { params: { header: { 'Idempotency-Key': key } }, body }));
}

/** A run with its steps; asked again while the service is away, as long as `still` says so. */
export async function askRun(
  { client: { routes } }: IEditor,
  runId: string,
  still: () => boolean
): Promise<{ run: Run; steps: Schemas['StepShown'][] }> {
  const params = { path: { run_id: runId } };
  const run = await patiently(() => answer(routes.GET('/runs/{run_id}', { params })), still);
  const { items } = await patiently(() => answer(routes.GET('/runs/{run_id}/steps', { params })), still);
  return { run, steps: items };
}

/** The latest runs of the flow, the newest first. */
export async function askRuns({ client, document }: IEditor, still: () => boolean): Promise<Run[]> {
  const params = { query: { flow: document.flow.id, limit: SHOWN_RUNS } };
  return (await patiently(() => answer(client.routes.GET('/runs', { params })), still)).items;
}
