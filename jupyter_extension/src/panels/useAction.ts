import { useCallback, useState } from 'react';

export interface IAction {
  readonly busy: boolean;
  /** Why the last one failed; null if it did not. */
  readonly error: unknown;
  /** Does it, unless another one is under way; whether it was done. */
  readonly act: (work: () => Promise<void>) => Promise<boolean>;
  readonly forget: () => void;
}

/** What a button does, and what came of it. */
export function useAction(): IAction {
  const [state, setState] = useState<{ busy: boolean; error: unknown }>({ busy: false, error: null });
  const act = useCallback(async (work: () => Promise<void>) => {
    setState({ busy: true, error: null });
    try {
      await work();
      setState({ busy: false, error: null });
      return true;
    } catch (error) {
      setState({ busy: false, error });
      return false;
    }
  }, []);
  const forget = useCallback(() => setState({ busy: false, error: null }), []);
  return { ...state, act, forget };
}
