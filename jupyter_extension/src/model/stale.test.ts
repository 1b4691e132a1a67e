import { expect, test } from 'vitest';

import { complete, type Flow, type Node } from './flow';
import { mayBeStale, staleNodes } from './stale';

/** a -> b -> c, and d by itself. */
const RAN = complete({
  id: 'f',
  nodes: [
    { id: 'a', type: 'read.csv', params: { path: 'a.csv', delimiter: ';' } },
    { id: 'b', type: 'code', source: ['def run(table: Table) -> Table:', '    return table'] },
    { id: 'c', type: 'filter' },
    { id: 'd', type: 'read.csv' }
  ],
  edges: [
    { from: 'a.table', to: 'b.table' },
    { from: 'b.table', to: 'c.table' }
  ]
});

function after(id: string, change: Partial<Node>): Flow {
  return { ...RAN, nodes: RAN.nodes.map(node => (node.id === id ? { ...node, ...change } : node)) };
}

test('nothing is stale in the flow that was run, however it is written', () => {
  expect(staleNodes(RAN, RAN).size).toBe(0);
  const rewritten = after('a', { version: 1, params: { delimiter: ';', path: 'a.csv' }, execution: {} });
  const edges = RAN.edges.map(edge => ({ ...edge, when: 'success' as const })).reverse();
  expect(staleNodes(RAN, { ...rewritten, edges }).size).toBe(0);
});

test.each<[string, Partial<Node>]>([
  ['settings', { params: { path: 'b.csv', delimiter: ';' } }],
  ['the type', { type: 'read.excel' }],
  ['code', { source: ['def run() -> Table: ...'] }],
  ['execution settings', { execution: { timeout: 5 } }]
])('a node whose %s were edited is stale, and so is all that follows', (_, change) => {
  expect([...staleNodes(RAN, after('a', change))]).toEqual([
    ['a', 'own'],
    ['b', 'upstream'],
    ['c', 'upstream']
  ]);
});

test('another default of a flow input makes stale what takes it', () => {
  const flow = (days: number, title: string): Flow => ({
    ...after('b', { params: { days: { $input: 'days' } } }),
    inputs: [
      { name: 'days', type: 'integer', default: days, title },
      { name: 'other', default: String(days) }
    ]
  });
  expect([...staleNodes(flow(3, 'Days'), flow(0, 'Days'))]).toEqual([
    ['b', 'own'],
    ['c', 'upstream']
  ]);
  expect(staleNodes(flow(3, 'Days'), flow(3, 'At most so many days')).size).toBe(0);
});

test('names, descriptions, places and notes make nothing stale', () => {
  const named = after('a', { name: 'Bank', description: 'Of the bank', metadata: { by: 'Ada' } });
  const notes = [{ id: 'n', text: ['Hello'], x: 0, y: 0, width: 1, height: 1 }];
  expect(staleNodes(RAN, { ...named, layout: { a: { x: 3, y: 4 } }, notes }).size).toBe(0);
});

test('a wire that is new, gone or leads elsewhere makes stale what it led or leads to', () => {
  const [first, second] = RAN.edges;
  expect([...staleNodes(RAN, { ...RAN, edges: [first] })]).toEqual([['c', 'upstream']]);
  const moved = { ...RAN, edges: [{ ...first, from: 'd.table' }, second] };
  expect([...staleNodes(RAN, moved).keys()]).toEqual(['b', 'c']);
  const taken = { ...RAN, nodes: RAN.nodes.slice(1), edges: [second] };
  expect([...staleNodes(RAN, taken).keys()]).toEqual(['b', 'c']);
});

test('another kernel of the flow makes stale what runs in it', () => {
  expect([...staleNodes(RAN, { ...RAN, kernel: 'r' })]).toEqual([
    ['b', 'own'],
    ['c', 'upstream']
  ]);
});

test('only steps that have something to show may be stale', () => {
  const states = ['succeeded', 'reused', 'failed', 'skipped', 'running'];
  expect(states.map(state => mayBeStale({ state, progress: null }))).toEqual([true, true, true, false, false]);
  expect(mayBeStale(undefined)).toBe(false);
});
