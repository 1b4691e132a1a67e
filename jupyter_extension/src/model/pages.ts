/** Lists that are loaded page by page, the newest first. */

export interface IPage<T, K> {
  readonly items: readonly T[];
  /** The key of the next page; null at the end. */
  readonly next: K | null;
}

/** What is known of a list after its first page was looked at anew: what had been loaded behind it stays. */
export function withFirst<T, K>(
  known: IPage<T, K> | null,
  first: IPage<T, K>,
  keyOf: (item: T) => string
): IPage<T, K> {
  const last = first.items.at(-1);
  const at = last && known ? known.items.findIndex(item => keyOf(item) === keyOf(last)) : -1;
  return known && at >= 0 ? { items: [...first.items, ...known.items.slice(at + 1)], next: known.next } : first;
}

export function withNext<T, K>(known: IPage<T, K>, page: IPage<T, K>): IPage<T, K> {
  return { items: [...known.items, ...page.items], next: page.next };
}
