import { expect, test } from 'vitest';

import { durationText, sizeText } from './measure';

test('durations are short and in two units at most', () => {
  const shown = [0.04, 9.96, 59.4, 59.6, 185, 7440].map(durationText);
  expect(shown).toEqual(['0.0 s', '10 s', '59 s', '1 min 0 s', '3 min 5 s', '2 h 4 min']);
});

test('sizes have the unit that keeps them short', () => {
  expect([0, 999, 1200, 99_600, 5_000_000_000].map(sizeText)).toEqual(['0 B', '999 B', '1.2 kB', '100 kB', '5.0 GB']);
});
