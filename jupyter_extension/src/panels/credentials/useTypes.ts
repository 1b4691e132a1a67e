import { answer, type Schemas } from '../../api/client';
import { type ILoaded, useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';

/** What a credential may be. */
export function useTypes(): ILoaded<Schemas['CredentialTypeShown'][]> {
  const { client } = usePanel();
  return useLoaded(async () => (await answer(client.routes.GET('/credentials/types'))).items, [client]);
}
