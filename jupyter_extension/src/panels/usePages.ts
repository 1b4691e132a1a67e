import { type DependencyList, useCallback, useEffect, useRef, useState } from 'react';

import { patiently } from '../api/patiently';
import { type IPage, withFirst, withNext } from '../model/pages';

export interface IPages<T> {
  /** What was loaded; null until the first page is there. */
  readonly items: readonly T[] | null;
  readonly error: unknown;
  /** Loads the next page; null at the end. */
  readonly more: (() => void) | null;
  /** Looks at the first page again. */
  readonly reload: () => void;
}

/** Loads a list page by page, anew when `on` changes. What comes for another list than the present one is dropped. */
export function usePages<T, K>(
  load: (before?: K) => Promise<IPage<T, K>>,
  keyOf: (item: T) => string,
  on: DependencyList
): IPages<T> {
  const [known, setKnown] = useState<IPage<T, K> | null>(null);
  const [error, setError] = useState<unknown>(null);
  const lists = useRef(0);
  const looks = useRef(0);
  const latest = useRef({ load, keyOf });
  latest.current = { load, keyOf };

  const ask = useCallback((before: K | undefined, put: (page: IPage<T, K>) => void) => {
    const mine = lists.current;
    patiently(() => latest.current.load(before)).then(
      page => mine === lists.current && (setError(null), put(page)),
      (failed: unknown) => mine === lists.current && setError(failed)
    );
  }, []);
  const reload = useCallback(() => {
    const mine = ++looks.current;
    const put = (page: IPage<T, K>) => setKnown(before => withFirst(before, page, latest.current.keyOf));
    ask(undefined, page => mine === looks.current && put(page));
  }, [ask]);
  const next = known?.next ?? null;
  // Another page may have been put behind the list since, such as by a second click.
  const more = () => ask(next!, page => setKnown(before => (before?.next === next ? withNext(before, page) : before)));

  useEffect(() => {
    const counter = lists;
    setKnown(null);
    reload();
    return () => void ++counter.current;
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `on` says when.
  }, on);
  return { items: known?.items ?? null, error, more: next === null ? null : more, reload };
}
