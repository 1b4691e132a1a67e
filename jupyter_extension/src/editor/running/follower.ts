import type { RunEvent, Stream } from '../../api/stream';

/** Milliseconds between two changes of what is shown, however many events come. */
export const PAUSE = 100;

interface IListener {
  /** Events in order, as many as have come since the last time. */
  onEvents: (events: readonly RunEvent[]) => void;
  /** The run has ended, or cannot be followed any more. */
  onEnd: () => void;
}

/** Follows a run; bursts of events arrive together. Returns what ends it. */
export function follow(stream: Stream, runId: string, after: number, listener: IListener): () => void {
  let waiting: RunEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | null = null;
  let told = -Infinity;
  const tell = () => {
    timer = null;
    told = Date.now();
    const events = waiting;
    waiting = [];
    if (events.length) {
      listener.onEvents(events);
    }
  };
  const stop = stream.subscribe(
    `/runs/${runId}/events`,
    {
      onEvent: event => {
        waiting.push(event);
        timer ??= setTimeout(tell, Math.max(0, told + PAUSE - Date.now()));
      },
      onEnd: () => {
        clearTimeout(timer ?? undefined);
        tell();
        listener.onEnd();
      }
    },
    String(after)
  );
  return () => {
    clearTimeout(timer ?? undefined);
    waiting = [];
    stop();
  };
}
