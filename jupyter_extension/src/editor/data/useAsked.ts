import { useEffect, useState } from 'react';

import { type ITrouble, troubleOf } from '../running/trouble';

export interface IAsked<T> {
  /** Of the last question that was answered with this key; null before. */
  value: T | null;
  trouble: ITrouble | null;
}

/** What the service answers; it is asked anew when the key changes. */
export function useAsked<T>(key: string, ask: () => Promise<T>): IAsked<T> {
  const [told, setTold] = useState<IAsked<T> & { key: string }>({ key: '', value: null, trouble: null });
  useEffect(() => {
    let current = true;
    ask().then(
      value => current && setTold({ key, value, trouble: null }),
      (error: unknown) => current && setTold({ key, value: null, trouble: troubleOf(error) })
    );
    return () => {
      current = false;
    };
    // The key stands for all that the question depends on.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return told.key === key ? told : { value: null, trouble: null };
}
