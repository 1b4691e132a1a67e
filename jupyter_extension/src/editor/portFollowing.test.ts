import { expect, test } from 'vitest';

import { editText } from '../document/sharedValue';
import { SharedFlow } from '../document/sharedFlow';
import type { IPorts } from '../model/ports';
import { PortFollowing } from './portFollowing';

const EDITOR = {};

function opened() {
  const document = SharedFlow.create();
  const nodes = [
    { id: 'a', type: 'read.csv' },
    { id: 'code', type: 'code', source: ['def run(table: Table): ...'] }
  ];
  document.setSource(JSON.stringify({ id: 'f', nodes, edges: [{ from: 'a.table', to: 'code.table' }] }));
  document.clearUndoHistory();
  document.undoManager.trackedOrigins.add(EDITOR);
  const following = new PortFollowing(document);
  const write = (text: string, origin: unknown = EDITOR) =>
    document.ydoc.transact(() => editText(document.sourceOf('code')!, text), origin);
  const tell = (...inputs: string[]) => following.told(document.flow, { code: ports(inputs) });
  tell('table');
  return { document, following, write, tell, into: () => document.flow.edges.map(edge => edge.to).join() };
}

function ports(inputs: string[]): IPorts {
  return {
    inputs: inputs.map(name => ({ name, kind: 'table', many: false, required: true, description: '' })),
    outputs: []
  };
}

test('a wire goes along with the name of its port, and one undo takes both back', () => {
  const { document, write, tell, into } = opened();
  const before = document.getSource();
  write('def run(orders: Table): ...');
  document.undoManager.lastChange = 1; // the service takes its time
  tell('orders');
  expect(into()).toBe('code.orders');
  const after = document.getSource();
  document.undo();
  expect(document.getSource()).toBe(before);
  tell('table');
  expect(document.canRedo()).toBe(true);
  document.redo();
  expect(document.getSource()).toBe(after);
});

test('while the code cannot be read, what was told before counts on', () => {
  const { document, following, write, tell, into } = opened();
  write('def run(: Table): ...');
  following.told(document.flow, {});
  write('def run(orders: Table): ...');
  tell('orders');
  expect(into()).toBe('code.orders');
});

test('what is told of a text that has changed meanwhile moves nothing', () => {
  const { document, following, write, tell, into } = opened();
  write('def run(o: Table): ...');
  const asked = document.flow;
  write('def run(or: Table): ...');
  following.told(asked, { code: ports(['o']) });
  expect(into()).toBe('code.table');
  tell('or');
  expect(into()).toBe('code.or');
});

test('what others write, or what a file brings, moves nothing here', () => {
  const { document, write, tell, into } = opened();
  write('def run(orders: Table): ...', null);
  tell('orders');
  document.updateNode('code', { source: ['def run(sales: Table): ...'] });
  tell('sales');
  expect(into()).toBe('code.table');
});
