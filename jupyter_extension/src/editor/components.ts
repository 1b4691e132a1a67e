import { answer } from '../api/client';
import { patiently } from '../api/patiently';
import type { ISession } from './session';

/**
 * Asks for all node types: now, when the service is ready again, and when it has looked for plugins anew. What was told
 * last stays meanwhile. Returns what ends it.
 */
export function loadComponents({ client, stream, store }: Pick<ISession, 'client' | 'stream' | 'store'>): () => void {
  let latest = 0;
  const ask = async () => {
    const mine = ++latest;
    const isWanted = () => mine === latest;
    try {
      const { items } = await patiently(() => answer(client.routes.GET('/components')), isWanted);
      if (isWanted()) {
        store.setState({ components: items });
      }
    } catch {
      // The palette says that the service is waited for; when it is ready, it is asked again.
    }
  };
  const onService = (_: unknown, told: { state: string } | null) => {
    if (told?.state === 'ready') {
      void ask();
    }
  };
  const onRescan = () => void ask();

  stream.serviceChanged.connect(onService);
  client.pluginsRescanned.connect(onRescan);
  void ask();
  return () => {
    latest++;
    stream.serviceChanged.disconnect(onService);
    client.pluginsRescanned.disconnect(onRescan);
  };
}
