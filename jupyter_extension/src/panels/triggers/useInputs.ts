import type { FlowInput } from '../../_generated/flow';
import { answer, type Schemas } from '../../api/client';
import { inputsOf } from '../../model/flowInput';
import { useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';

/** What the revision that a trigger would run asks for. */
export function useInputs(revision: Schemas['RevisionShown'] | undefined): readonly FlowInput[] {
  const { client } = usePanel();
  const loaded = useLoaded(async () => {
    if (!revision) {
      return [];
    }
    const path = { flow_id: revision.flow_id, number: revision.number };
    const route = '/flows/{flow_id}/revisions/{number}/document';
    return inputsOf((await answer(client.routes.GET(route, { params: { path } }))).text);
  }, [client, revision?.revision_id]);
  return loaded.value ?? [];
}
