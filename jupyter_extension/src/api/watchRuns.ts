import type { RunEvent, Stream } from './stream';

const GATHER = 300;
const AGAIN = 2000;

/** Calls `changed` when runs of any flow have begun, changed or ended: once, soon after the first of them. */
export function watchRuns(stream: Stream, changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = null;
      changed();
    }, GATHER);
  };
  let again: ReturnType<typeof setTimeout> | null = null;
  let unsubscribe = () => undefined as void;
  const watch = () => {
    const onEvent = ({ kind }: RunEvent) => kind === 'run' && soon();
    // All events never end: where they do, the service refused them for now.
    const onEnd = () => void (again = setTimeout(watch, AGAIN));
    unsubscribe = stream.subscribe('/events', { onEvent, onReset: soon, onEnd });
  };
  watch();
  return () => {
    unsubscribe();
    clearTimeout(timer ?? undefined);
    clearTimeout(again ?? undefined);
  };
}
