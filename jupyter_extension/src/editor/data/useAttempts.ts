import { answer, type Schemas } from '../../api/client';
import type { IRunView } from '../../model/run';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor } from '../context';

/** The attempts at a node's step, asked for when the step has gone on; null before they are known. */
export function useAttempts(run: IRunView, node: string): readonly Schemas['AttemptShown'][] | null {
  const { client } = useEditor();
  const step = run.steps[node];
  const { value } = useLoaded(async () => {
    if (!step?.attempt) {
      return [];
    }
    const params = { path: { run_id: run.runId, step: node } };
    const route = '/runs/{run_id}/steps/{step}/attempts';
    return (await answer(client.routes.GET(route, { params }))).items;
  }, [run.runId, node, step?.attempt, step?.state]);
  return value;
}
