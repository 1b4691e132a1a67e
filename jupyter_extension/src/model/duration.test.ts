import { expect, test } from 'vitest';

import { duration } from './duration';

test.each([
  [0.04, '0.0 s'],
  [9.94, '9.9 s'],
  [9.97, '10 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [123, '2 min 3 s'],
  [3_840, '1 h 4 min'],
  [270_000, '3 d 3 h']
])('%s seconds are said as %s', (seconds, words) => {
  expect(duration(seconds)).toBe(words);
});
