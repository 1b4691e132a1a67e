import { answer } from '../api/client';
import type { Schemas } from '../api/client';
import { mayWorkLater } from '../api/patiently';
import { PortFollowing } from './portFollowing';
import type { ISession } from './session';

const WAIT = 300;
const WAIT_AFTER_FAILURE = 2000;

type Checking = Pick<ISession, 'document' | 'client' | 'lab' | 'path' | 'store' | 'stream'>;

/**
 * Asks the service what it says of the document whenever it has changed: one question at a time, the latest text wins.
 * While nobody answers, what was said last stays, and it is asked again; what is refused waits for the next change.
 * Returns what ends it.
 */
export function startChecking(session: Checking): () => void {
  const { document, store, stream } = session;
  const following = new PortFollowing(document);
  let timer: ReturnType<typeof setTimeout> | null = null;
  let asking = false;
  let stale = false;
  let stopped = false;

  const later = (wait: number) => {
    if (timer !== null) {
      clearTimeout(timer);
    }
    timer = setTimeout(() => void ask(), wait);
  };
  const ask = async () => {
    timer = null;
    stale = asking;
    if (asking || stopped) {
      return;
    }
    asking = true;
    try {
      const { flow } = document;
      const checked = await check(session);
      if (!stopped) {
        following.told(flow, checked.ports);
        store.setState({ checked });
      }
    } catch (error) {
      if (!stopped && mayWorkLater(error)) {
        later(WAIT_AFTER_FAILURE);
      }
    }
    asking = false;
    if (stale && !stopped) {
      later(0);
    }
  };
  const onChanged = () => later(WAIT);

  document.changed.connect(onChanged);
  stream.serviceChanged.connect(onChanged);
  later(0);
  return () => {
    stopped = true;
    following.stop();
    document.changed.disconnect(onChanged);
    stream.serviceChanged.disconnect(onChanged);
    if (timer !== null) {
      clearTimeout(timer);
    }
  };
}

async function check({ document, client, lab, path }: Checking): Promise<Schemas['Validated']> {
  const body = {
    document: JSON.parse(document.getSource()) as Record<string, unknown>,
    directory: await projectFolder(lab, path())
  };
  return answer(client.routes.POST('/validation', { body }));
}

/** The project folder; empty where the file lies on no disk that the service sees: its data files are then unknown. */
export async function projectFolder(lab: Checking['lab'], path: string): Promise<string> {
  try {
    return (await lab.placeOf(path)).folder;
  } catch {
    return '';
  }
}
