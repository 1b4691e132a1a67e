import { expect, test } from 'vitest';

import type { FlowInput } from './flow';
import { inputText, inputValue, lacksInputs } from './inputs';

const input = (type: FlowInput['type'], more: object = {}) => ({ name: 'x', type, ...more }) as FlowInput;

test('a field holds what was given last, else the default, and gives the same value back', () => {
  expect(inputText(input('number', { default: 0.05 }), undefined)).toBe('0.05');
  for (const [type, value] of [
    ['integer', 3],
    ['boolean', false],
    ['json', { a: [1] }],
    ['text', ' a b ']
  ] as const) {
    expect(inputValue(input(type), inputText(input(type), value))).toEqual(value);
  }
});

test('an empty field gives no value', () => {
  expect(inputValue(input('integer'), ' ')).toBeUndefined();
});

test('what is no value of the type is refused', () => {
  expect(() => inputValue(input('integer'), '1.5')).toThrow();
  expect(() => inputValue(input('number'), 'many')).toThrow();
  expect(() => inputValue(input('json'), '{')).toThrow();
});

test('only a required input without any value has to be asked for', () => {
  expect(lacksInputs([input('text', { required: true })], {})).toBe(true);
  expect(lacksInputs([input('text', { required: true })], { x: '' })).toBe(false);
  expect(lacksInputs([input('text', { required: true, default: 'a' }), input('text')], {})).toBe(false);
});
