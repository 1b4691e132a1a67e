import { expect, test } from 'vitest';

import { withFirst, withNext } from './pages';

const page = (items: string, next: string | null) => ({ items: [...items], next });
const self = (item: string) => item;

test('a page is put behind those before it, and its end is the end of all', () => {
  expect(withNext(page('cb', 'b'), page('a', null))).toEqual(page('cba', null));
});

test('what is new comes first, and what had been loaded behind the first page stays', () => {
  expect(withFirst(page('dcba', null), page('ed', 'd'), self)).toEqual(page('edcba', null));
});

test('a first page that is all new, or that is all there is, takes the place of what was known', () => {
  expect(withFirst(page('ba', null), page('fe', 'e'), self)).toEqual(page('fe', 'e'));
  expect(withFirst(null, page('b', 'b'), self)).toEqual(page('b', 'b'));
  expect(withFirst(page('ba', null), page('', null), self)).toEqual(page('', null));
});
