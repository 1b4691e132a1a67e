import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';

import { stateWord } from './stateWord';

const trans = nullTranslator.load('millrace');

test('a state is said in words, and one that nobody knows as it is', () => {
  const said = ['blocked', 'lost', 'dreaming', 'constructor'].map(state => stateWord(trans, state));
  expect(said).toEqual(['Waiting for others', 'Lost', 'dreaming', 'constructor']);
});
