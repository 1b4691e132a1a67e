import type { Stream } from './stream';

const GATHER = 300;

/** Calls `changed` when runs of any flow have begun, changed or ended: once, soon after the first of them. */
export function watchRuns(stream: Stream, changed: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | null = null;
  const soon = () => {
    timer ??= setTimeout(() => {
      timer = null;
      changed();
    }, GATHER);
  };
  const unsubscribe = stream.subscribe('/events', { onEvent: ({ kind }) => kind === 'run' && soon(), onReset: soon });
  return () => {
    unsubscribe();
    clearTimeout(timer ?? undefined);
  };
}
