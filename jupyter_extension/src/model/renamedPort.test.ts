import { expect, test } from 'vitest';

import type { IPort } from './ports';
import { edgesAlong } from './renamedPort';

const port = (name: string): IPort => ({ name, kind: 'table', many: false, required: true, description: '' });
const ports = (inputs: string, outputs = 'table') => ({
  inputs: inputs.split(' ').filter(Boolean).map(port),
  outputs: outputs.split(' ').filter(Boolean).map(port)
});
const edge = (from: string, to: string) => ({ from, to });
const EDGES = [edge('a.table', 'code.left'), edge('b.table', 'code.right'), edge('code.table', 'c.left')];

function along(before: ReturnType<typeof ports>, after: ReturnType<typeof ports>, edges = EDGES): string[] {
  return [...edgesAlong(edges, 'code', before, after)].map(
    ([old, now]) => `${old.from} ${old.to} > ${now.from} ${now.to}`
  );
}

test('the wires of an input or output that got another name go along, those of others stay', () => {
  expect(along(ports('left right'), ports('bank right'))).toEqual(['a.table code.left > a.table code.bank']);
  expect(along(ports('left right'), ports('left right', 'json'))).toEqual(['code.table c.left > code.json c.left']);
});

test('a wire goes along with both of its ends', () => {
  const self = [edge('code.table', 'code.left')];
  expect(along(ports('left'), ports('bank', 'json'), self)).toEqual(['code.table code.left > code.json code.bank']);
});

test.each([
  ['two were renamed', 'left right', 'bank ledger'],
  ['one was put elsewhere', 'left right', 'right bank'],
  ['they were only put in another order', 'left right', 'right left'],
  ['one was added', 'left right', 'left right third'],
  ['one was taken away', 'left right', 'right']
])('nothing is guessed where %s', (_, before, after) => {
  expect(along(ports(before), ports(after))).toEqual([]);
});

test('a name that has wires already gets no others', () => {
  expect(along(ports('left'), ports('bank'), [...EDGES, edge('b.table', 'code.bank')])).toEqual([]);
});
