import { answer } from '../../api/client';
import type { Schemas } from '../../api/client';
import { type ILoaded, useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';

/** A flow's revisions, the newest first; none for no flow. */
export function useRevisions(flow_id: string): ILoaded<Schemas['RevisionShown'][]> {
  const { client } = usePanel();
  return useLoaded(async () => {
    if (!flow_id) {
      return [];
    }
    const params = { path: { flow_id }, query: { limit: 100 } };
    return (await answer(client.routes.GET('/flows/{flow_id}/revisions', { params }))).items;
  }, [client, flow_id]);
}
