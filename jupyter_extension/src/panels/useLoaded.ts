import { type DependencyList, useCallback, useEffect, useRef, useState } from 'react';

import { patiently } from '../api/patiently';

export interface ILoaded<T> {
  /** What was loaded last; null until then. */
  readonly value: T | null;
  readonly error: unknown;
  readonly reload: () => void;
}

/** Loads something, again when `on` changes. An answer that comes after a newer question is dropped. */
export function useLoaded<T>(load: () => Promise<T>, on: DependencyList): ILoaded<T> {
  const [state, setState] = useState<{ value: T | null; error: unknown }>({ value: null, error: null });
  const asked = useRef(0);
  const latest = useRef(load);
  latest.current = load;

  const reload = useCallback(() => {
    const mine = ++asked.current;
    patiently(latest.current).then(
      value => mine === asked.current && setState({ value, error: null }),
      (error: unknown) => mine === asked.current && setState(known => ({ ...known, error }))
    );
  }, []);

  useEffect(() => {
    const counter = asked;
    setState({ value: null, error: null });
    reload();
    return () => void ++counter.current;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `on` says when.
  }, on);
  return { ...state, reload };
}
