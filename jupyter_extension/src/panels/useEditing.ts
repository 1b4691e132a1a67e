import { useState } from 'react';

export interface IEditing {
  readonly editing: boolean;
  /** What was refused because somebody else had changed the thing meanwhile; the form begins anew with what it is now. */
  readonly conflict: unknown;
  readonly start: () => void;
  readonly stop: () => void;
  readonly stale: (failed: unknown) => void;
}

/** Whether a kept thing is being changed. `after` is told when that has ended, `reload` when it has changed elsewhere. */
export function useEditing(reload: () => void, after: () => void): IEditing {
  const [editing, setEditing] = useState(false);
  const [conflict, setConflict] = useState<unknown>(null);
  return {
    editing,
    conflict,
    start: () => setEditing(true),
    stop: () => {
      setEditing(false);
      setConflict(null);
      reload();
      after();
    },
    stale: failed => {
      setConflict(failed);
      reload();
    }
  };
}
