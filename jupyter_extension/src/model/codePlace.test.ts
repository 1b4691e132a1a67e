import { expect, test } from 'vitest';

import { codePlace, offsetOf } from './codePlace';

const source = 'a = "𝄞é"\nb.c';

test('places are counted in lines and whole characters', () => {
  expect(codePlace(source, 0)).toEqual({ source, line: 1, column: 0 });
  expect(codePlace(source, source.indexOf('é'))).toEqual({ source, line: 1, column: 6 });
  expect(codePlace(source, source.length)).toEqual({ source, line: 2, column: 3 });
});

test('a place is found again, whatever stands before it', () => {
  for (const offset of [0, 5, 7, source.indexOf('\n'), source.length]) {
    expect(offsetOf(codePlace(source, offset))).toBe(offset);
  }
});
