import { expect, test } from 'vitest';

import { formatFlow, newFlow } from '../model/flow';
import { FlowModel } from './model';

const text = (name: string) => formatFlow({ ...newFlow(name), id: 'f_1' });

test('a file of which nothing was ever told is empty, no flow, and stays empty', () => {
  const model = new FlowModel();
  expect(model.unreadable?.text).toBe('');
  expect(model.toString()).toBe('');
});

test('a text that is no flow is kept as it is, and a mended one becomes the flow', () => {
  const model = new FlowModel();
  model.fromString('{"id": ');
  expect(model.unreadable?.message).toContain('no JSON');
  expect(model.toString()).toBe('{"id": ');
  model.fromString(text('Mended'));
  expect(model.unreadable).toBeNull();
  expect(model.toString()).toBe(text('Mended'));
  expect(model.dirty).toBe(false);
});

test('what replaces an open flow can be undone, but not what first fills it', () => {
  const model = new FlowModel();
  model.fromString(text('First'));
  expect(model.sharedModel.canUndo()).toBe(false);
  model.sharedModel.setField('name', 'Mine');
  model.fromString(text('Theirs'));
  expect(model.dirty).toBe(false);
  model.sharedModel.undo();
  expect(model.sharedModel.flow.name).toBe('Mine');
  expect(model.dirty).toBe(true);
});
