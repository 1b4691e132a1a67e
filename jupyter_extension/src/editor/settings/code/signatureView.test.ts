import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';

import { signatureView } from './signatureView';

const trans = nullTranslator.load('millrace');
const signature = { parts: ['f(a, ', 'b=1', ')'], documentation: '', others: 0, line: 1, column: 1 } as const;

test('the argument that is typed stands out', () => {
  const view = signatureView(signature, trans);
  expect(view.textContent).toBe('f(a, b=1)');
  expect(view.querySelector('b')!.textContent).toBe('b=1');
});

test('paragraphs and other ways to call follow', () => {
  const view = signatureView({ ...signature, documentation: 'Add.\n\nWell.', others: 2 }, trans);
  expect([...view.querySelectorAll('p')].map(one => one.textContent)).toEqual(['and 2 other ways', 'Add.', 'Well.']);
});

test('what a docstring says is text, never HTML', () => {
  const hostile = '<img src=x onerror=alert(1)>';
  const view = signatureView({ ...signature, parts: [hostile, hostile, ''], documentation: hostile }, trans);
  expect(view.querySelector('img')).toBeNull();
  expect(view.querySelector('p')!.textContent).toBe(hostile);
});
