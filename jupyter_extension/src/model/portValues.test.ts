import { expect, test } from 'vitest';

import { complete } from './flow';
import { inputsOf, outputsOf } from './portValues';
import { type Run, seen, type StepShown } from './run';

const output = (hash: string) => ({ kind: 'table', format: '', bytes: 1, rows: 1, columns: [], name: '', hash });
const step = (node: string, outputs: object) => ({ node, step: node, state: 'succeeded', outputs }) as StepShown;
const run = seen(
  { run_id: 'r', state: 'succeeded' } as Run,
  [step('a', { table: output('a') }), step('b', { good: output('g') }), step('c', {})],
  null
);
const flow = complete({
  edges: [
    { from: 'a.table', to: 'c.one' },
    { from: 'a.table', to: 'c.many' },
    { from: 'b.good', to: 'c.many' },
    { from: 'b.bad', to: 'c.two' },
    { from: 'b', to: 'c', when: 'always' }
  ]
});

test('a node has what its own step has made', () => {
  expect(outputsOf(run, 'b').map(({ name, output: { hash } }) => [name, hash])).toEqual([['good', 'g']]);
});

test('its inputs are what the wires have brought; several at one port tell where they come from', () => {
  const names = inputsOf(run, flow, 'c').map(({ name, step: from }) => [name, from]);
  expect(names).toEqual([
    ['one', 'a'],
    ['many ← a.table', 'a'],
    ['many ← b.good', 'b']
  ]);
});
