import { useEffect, useRef } from 'react';

import { usePanel, usePanelView } from './context';

const GATHER = 250;

/**
 * Tells which runs have changed, gathered for a moment; only while the panel is in sight. `path` is `/events` for all
 * runs, or that of one; null follows nothing. Log lines and progress are no change of a run.
 */
export function useRunEvents(
  path: string | null,
  changed: (runs: ReadonlySet<string>) => void,
  reset?: () => void
): void {
  const { stream } = usePanel();
  const visible = usePanelView(view => view.visible);
  const latest = useRef({ changed, reset });
  latest.current = { changed, reset };

  useEffect(() => {
    if (!path || !visible) {
      return;
    }
    let gathered = new Set<string>();
    let timer: ReturnType<typeof setTimeout> | null = null;
    const tell = () => {
      timer = null;
      const told = gathered;
      gathered = new Set();
      latest.current.changed(told);
    };
    const unsubscribe = stream.subscribe(path, {
      onEvent: event => {
        if (event.kind === 'run' || event.kind === 'step') {
          gathered.add(event.run_id);
          timer ??= setTimeout(tell, GATHER);
        }
      },
      onReset: () => latest.current.reset?.()
    });
    return () => {
      unsubscribe();
      clearTimeout(timer ?? undefined);
    };
  }, [path, visible, stream]);
}
