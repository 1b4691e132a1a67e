import { expect, test } from 'vitest';

import { cellText, conditionValue, isNumeric, operatorsOf } from './cell';

test('numbers, also those that are told as text, stand at the right', () => {
  expect(['int64', 'float64', 'decimal(18,2)', 'text', 'date'].map(isNumeric)).toEqual([
    true,
    true,
    true,
    false,
    false
  ]);
});

test('a cell is one line of text', () => {
  expect([null, 'a\nb', 12.5, [1, 'x'], false].map(cellText)).toEqual(['', 'a b', '12.5', '[1,"x"]', 'false']);
});

test('what is typed becomes a value of the type of its column; decimals and times stay text', () => {
  expect(conditionValue('int64', 'ge', '12')).toBe(12);
  expect(conditionValue('decimal(18,2)', 'eq', '9.50')).toBe('9.50');
  expect(conditionValue('bool', 'eq', 'true')).toBe(true);
  expect(conditionValue('text', 'eq', '12')).toBe('12');
});

test('only text can be searched for a part of it', () => {
  expect(operatorsOf('text')).toContain('contains');
  expect(operatorsOf('int64')).not.toContain('contains');
});
