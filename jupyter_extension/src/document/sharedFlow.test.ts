import { readFileSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import * as Y from 'yjs';

import { SharedFlow } from './sharedFlow';

interface IVectors {
  canonical: { name: string; text: string; canonical: string }[];
}
const vectors = JSON.parse(readFileSync('../tests/vectors/flow.json', 'utf8')) as IVectors;

function sharedFlow(): SharedFlow {
  const flow = SharedFlow.create();
  flow.setSource(
    JSON.stringify({ id: 'f', nodes: [node('a'), node('b')], edges: [{ from: 'a.table', to: 'b.table' }] })
  );
  flow.clearUndoHistory();
  return flow;
}

function node(id: string) {
  return { id, type: 'code', params: { limit: 1 }, source: ['def run():', '    return 1'] };
}

test.each(vectors.canonical)('$name: the shared document writes the canonical text', ({ text, canonical }) => {
  const flow = SharedFlow.create();
  flow.setSource(text);
  expect(flow.getSource()).toBe(canonical);
});

test('a text that is no flow changes nothing', () => {
  const flow = sharedFlow();
  const before = flow.getSource();
  expect(() => flow.setSource('{')).toThrow();
  expect(flow.getSource()).toBe(before);
});

test('becoming a flow of one other value leaves every other node as it was', () => {
  const flow = sharedFlow();
  const [a, b] = flow.flow.nodes;
  flow.setSource(flow.getSource().replace('"limit": 1', '"limit": 2'));
  expect(flow.flow.nodes[0]).not.toBe(a);
  expect(flow.flow.nodes[0].params).toEqual({ limit: 2 });
  expect(flow.flow.nodes[1]).toBe(b);
});

test('every edit is undone and done again', () => {
  const flow = sharedFlow();
  const texts = [flow.getSource()];
  const edits = [
    () => flow.addNode(node('c'), { x: 1, y: 2 }),
    () => flow.addEdge({ from: 'b.table', to: 'c.table' }),
    () => flow.move({ a: { x: 5, y: 5 } }),
    () => flow.removeNodes(['b']),
    () => flow.setNote({ id: 'n', text: ['Hello'], x: 0, y: 0, width: 10, height: 10 })
  ];
  edits.forEach(edit => {
    edit();
    texts.push(flow.getSource());
  });
  const backwards = texts.slice(0, -1).reverse();
  backwards.forEach(text => {
    flow.undo();
    expect(flow.getSource()).toBe(text);
  });
  texts.slice(1).forEach(text => {
    flow.redo();
    expect(flow.getSource()).toBe(text);
  });
});

test('removing a node takes its edges and its place along', () => {
  const flow = sharedFlow();
  flow.move({ a: { x: 1, y: 1 } });
  flow.setGroup({ id: 'g', name: 'Both', nodes: ['a', 'b'] });
  flow.removeNodes(['a']);
  expect(flow.flow).toMatchObject({ nodes: [{ id: 'b' }], edges: [], layout: {}, groups: [{ nodes: ['b'] }] });
});

test('two people edit one node, and each undoes their own', () => {
  const ours = sharedFlow();
  const theirs = new SharedFlow();
  sync(ours, theirs);
  ours.setParam('a', 'limit', 5);
  theirs.updateNode('a', { name: 'First' });
  theirs.updateNode('a', { source: ['def run():', '    return 2'] });
  sync(ours, theirs);
  sync(theirs, ours);
  expect(ours.getSource()).toBe(theirs.getSource());
  ours.undo();
  sync(ours, theirs);
  expect(theirs.node('a')).toMatchObject({
    name: 'First',
    params: { limit: 1 },
    source: ['def run():', '    return 2']
  });
});

test('a change is told once for each step', () => {
  const flow = sharedFlow();
  const told = vi.fn();
  flow.changed.connect(told);
  flow.removeNodes(['a', 'b']);
  expect(told).toHaveBeenCalledTimes(1);
});

function sync(from: SharedFlow, to: SharedFlow): void {
  Y.applyUpdate(to.ydoc, Y.encodeStateAsUpdate(from.ydoc));
}

test('what was edited before JupyterLab has looked for checkpoints can be undone', () => {
  const flow = new SharedFlow();
  flow.setField('name', 'of the file');
  flow.beginHistory();
  flow.addNode({ id: 'one', type: 'code' }, { x: 0, y: 0 });
  flow.clearUndoHistory(); // as its Context does, late
  flow.undo();
  expect(flow.flow.nodes).toEqual([]);
  expect(flow.flow.name).toBe('of the file');
  expect(flow.canUndo()).toBe(false);
});
