import { answer, type Schemas } from '../../api/client';
import { patiently } from '../../api/patiently';
import type { IRunView } from '../../model/run';
import { useEditor } from '../context';
import { useAsked } from './useAsked';

/** The attempts at a node's step, asked for when the step has gone on; null before they are known. */
export function useAttempts(run: IRunView, node: string): readonly Schemas['AttemptShown'][] | null {
  const { client } = useEditor();
  const step = run.steps[node];
  const { value } = useAsked(JSON.stringify([run.runId, node, step?.attempt, step?.state]), async () => {
    if (!step?.attempt) {
      return [];
    }
    const params = { path: { run_id: run.runId, step: node } };
    const route = '/runs/{run_id}/steps/{step}/attempts';
    const { items } = await patiently(() => answer(client.routes.GET(route, { params })));
    return items;
  });
  return value;
}
