import { type DependencyList, useCallback, useEffect, useRef, useState } from 'react';

import { patiently } from '../api/patiently';

export interface ILoaded<T> {
  /** What was loaded last; null until then. */
  readonly value: T | null;
  readonly error: unknown;
  readonly reload: () => void;
}

/** Loads something, anew when `on` changes, and patiently. What comes after a newer question is dropped. */
export function useLoaded<T>(load: () => Promise<T>, on: DependencyList): ILoaded<T> {
  const [told, setTold] = useState<{ on: DependencyList; value: T | null; error: unknown }>(() => nothing(on));
  const asked = useRef(0);
  const latest = useRef({ load, on });
  latest.current = { load, on };

  const reload = useCallback(() => {
    const mine = ++asked.current;
    const still = () => mine === asked.current;
    const { load, on } = latest.current;
    patiently(load, still).then(
      value => still() && setTold({ on, value, error: null }),
      (error: unknown) => still() && setTold(known => ({ ...(isSame(known.on, on) ? known : nothing(on)), error }))
    );
  }, []);

  useEffect(() => {
    const counter = asked;
    reload();
    return () => void ++counter.current;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `on` says when.
  }, on);
  // What was told of another question is not shown for a moment either.
  const { value, error } = isSame(told.on, on) ? told : nothing(on);
  return { value, error, reload };
}

function nothing(on: DependencyList): { on: DependencyList; value: null; error: null } {
  return { on, value: null, error: null };
}

function isSame(a: DependencyList, b: DependencyList): boolean {
  return a.length === b.length && a.every((one, index) => Object.is(one, b[index]));
}
