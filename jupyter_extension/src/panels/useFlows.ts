import { answer, type Client, type Schemas } from '../api/client';
import { type ILoaded, useLoaded } from '../parts/useLoaded';
import { usePanel } from './context';

/** All flows that were run or published here, by name. */
export function useFlows(): ILoaded<Schemas['FlowShown'][]> {
  const { client } = usePanel();
  return useLoaded(() => flowsOf(client), [client]);
}

async function flowsOf(client: Client): Promise<Schemas['FlowShown'][]> {
  const { items } = await answer(client.routes.GET('/flows', { params: { query: { limit: 1000 } } }));
  return [...items].sort((a, b) => a.name.localeCompare(b.name));
}
