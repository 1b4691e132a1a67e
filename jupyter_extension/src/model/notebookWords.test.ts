import { expect, test } from 'vitest';

import { notebookWords } from './notebookWords';

test('a notebook is told of by its first heading and the paragraph below it', () => {
  const source = ['# Run a *flow*\n', '\n', 'Write it in Python,\n', 'and `run` it.\n', '\n', 'More.'];
  expect(notebookWords({ cells: [{ cell_type: 'markdown', source }] })).toEqual({
    name: 'Run a flow',
    description: 'Write it in Python, and run it.'
  });
});

test('a notebook without a heading has no words', () => {
  const none = { name: '', description: '' };
  expect(notebookWords({})).toEqual(none);
  expect(notebookWords({ cells: [{ cell_type: 'code', source: '# a comment' }] })).toEqual(none);
  expect(notebookWords({ cells: [{ cell_type: 'markdown', source: 'Just text.' }] })).toEqual(none);
});
