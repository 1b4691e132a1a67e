import { useSyncExternalStore } from 'react';

import { useEditor } from './context';

/** Why the service cannot be reached; empty while it can, or nobody knows yet. */
export function useServiceTrouble(): string {
  const { stream } = useEditor();
  return useSyncExternalStore(
    told => {
      stream.serviceChanged.connect(told);
      return () => void stream.serviceChanged.disconnect(told);
    },
    () => stream.trouble
  );
}
