import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';

import { durationText, rowsText, sizeText } from './measure';

test.each([
  [0.04, '0.0 s'],
  [9.94, '9.9 s'],
  [9.97, '10 s'],
  [59.4, '59 s'],
  [59.6, '1 min'],
  [123, '2 min 3 s'],
  [3_840, '1 h 4 min'],
  [270_000, '3 d 3 h']
])('%s seconds are said as %s', (seconds, words) => {
  expect(durationText(seconds)).toBe(words);
});

test('sizes have the unit that keeps them short', () => {
  expect([0, 999, 1200, 99_600, 5_000_000_000].map(sizeText)).toEqual(['0 B', '999 B', '1.2 kB', '100 kB', '5.0 GB']);
});

test('rows are counted in groups of digits, and one row is one', () => {
  document.documentElement.lang = 'en';
  const trans = nullTranslator.load('millrace');
  expect([0, 1, 1204].map(rows => rowsText(trans, rows))).toEqual(['0 rows', '1 row', '1,204 rows']);
});
