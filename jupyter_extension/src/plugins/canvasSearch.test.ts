import { expect, test } from 'vitest';

import { SharedFlow } from '../document/sharedFlow';
import type { FlowWidget } from '../document/widget';
import { canvasOf } from '../editor/canvas/state';
import type { IEditor } from '../editor/context';
import { newStore } from '../editor/session';
import { FlowSearch } from './canvasSearch';

function opened() {
  const document = SharedFlow.create();
  document.setSource('{"id": "f", "nodes": [{"id": "bank", "type": "read.csv"}, {"id": "sort", "type": "sort"}]}');
  const editor = { document, store: newStore() } as Partial<IEditor> as IEditor;
  const node = window.document.createElement('div');
  const bar = window.document.createElement('div');
  bar.className = 'jp-DocumentSearch-overlay';
  const search = new FlowSearch({ editor, node } as Partial<FlowWidget> as FlowWidget);
  return { search, node, bar, found: () => canvasOf(editor).store.getState().found };
}

test('a search marks what it has found until it ends', async () => {
  const { search, node, bar, found } = opened();
  node.append(bar);
  await search.startQuery(/bank/g);
  expect(found()).toEqual(new Set(['bank']));
  await search.endQuery();
  expect(found()).toBeNull();
});

test('a search that begins after its bar was closed marks nothing', async () => {
  const { search, found } = opened();
  await search.startQuery(/bank/g);
  expect(found()).toBeNull();
});
