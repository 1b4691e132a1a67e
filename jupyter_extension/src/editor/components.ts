import { answer } from '../api/client';
import type { ISession } from './session';

const WAIT_AFTER_FAILURE = 2000;

/** Asks for all node types until the service, which may only be starting, has told them. Returns what ends it. */
export function loadComponents({ client, store }: Pick<ISession, 'client' | 'store'>): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  let stopped = false;
  const ask = async () => {
    try {
      const { items } = await answer(client.routes.GET('/components'));
      if (!stopped) {
        store.setState({ components: items });
      }
    } catch {
      if (!stopped) {
        timer = setTimeout(() => void ask(), WAIT_AFTER_FAILURE);
      }
    }
  };
  void ask();
  return () => {
    stopped = true;
    if (timer !== null) {
      clearTimeout(timer);
    }
  };
}
