import { describe, expect, test } from 'vitest';

import { inputsOf, inputTyped, inputValue, inputValues } from './flowInput';

describe('inputs of a flow', () => {
  test('are read from its document', () => {
    expect(inputsOf('{"format": 1}')).toEqual([]);
    expect(inputsOf('{"inputs": [{"name": "month"}]}')).toEqual([{ name: 'month' }]);
  });

  test('get values of their type', () => {
    expect(inputValue({ type: 'text' }, '12')).toBe('12');
    expect(inputValue({ type: 'integer' }, '12')).toBe(12);
    expect(inputValue({ type: 'boolean' }, 'true')).toBe(true);
    expect(inputValue({ type: 'text' }, '')).toBeUndefined();
    expect(inputTyped({ a: 1 })).toBe('{"a":1}');
    expect(inputTyped(undefined)).toBe('');
    expect(inputValues([{ name: 'n', type: 'integer' }], { n: '12', gone: 'x' })).toEqual({ n: 12, gone: 'x' });
  });
});
