import type { ISignal } from '@lumino/signaling';
import { useSyncExternalStore } from 'react';

/** What `read` gives, anew whenever the signal, if there is one, is emitted; it must be the same while nothing changes. */
export function useSignal<T>(signal: ISignal<unknown, unknown> | undefined, read: () => T): T {
  return useSyncExternalStore(told => {
    signal?.connect(told);
    return () => void signal?.disconnect(told);
  }, read);
}
