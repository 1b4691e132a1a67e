import { nullTranslator } from '@jupyterlab/translation';
import { expect, test } from 'vitest';

import { startedBy } from './startedBy';

const RUN = { author: null, trigger_id: null, origin_run: null, revision_id: 'r', selection: {} };
const DRAFT = { ...RUN, revision_id: null, author: 'Ada' };
const CRON = { kind: 'cron', name: 'morning' };
const HOOK = { kind: 'webhook', name: 'orders' };

test.each([
  ['Ada, by hand', { author: 'Ada' }, undefined],
  ['By hand', {}, undefined],
  ['Schedule: morning', { trigger_id: 't' }, CRON],
  ['Ada, by hand: morning', { trigger_id: 't', author: 'Ada' }, CRON],
  ['Webhook: orders', { trigger_id: 't' }, HOOK],
  ['A trigger that is gone', { trigger_id: 't' }, undefined],
  ['Retry of 0192aaaa, Ada', { origin_run: '0192aaaa-bbbb', author: 'Ada', trigger_id: 't' }, CRON],
  ['Retry of 0192aaaa, Ada', { ...DRAFT, origin_run: '0192aaaa-bbbb', selection: { from: null } }, undefined],
  ['Ada, by hand, a draft', { ...DRAFT, origin_run: '0192aaaa-bbbb', selection: { from: 'clean' } }, undefined]
])('it says: %s', (words, run, trigger) => {
  expect(startedBy(nullTranslator.load('millrace'), { ...RUN, ...run }, trigger)).toBe(words);
});
