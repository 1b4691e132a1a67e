import { describe, expect, test } from 'vitest';

import { ANY_RUN, isAnyRun, looksLikeId, queryOf } from './runFilter';

const NOW = new Date('2026-11-25T12:00:00Z');

describe('a filter', () => {
  test('asks for nothing that nobody chose', () => {
    expect(queryOf(ANY_RUN, NOW)).toEqual({});
    expect(isAnyRun({ ...ANY_RUN, search: ' ' })).toBe(true);
  });

  test('asks for all that was chosen, times in microseconds', () => {
    const filter = { ...ANY_RUN, flow: 'f_a', states: ['failed'], trigger: 't', range: '1h' as const, search: ' a b ' };
    expect(queryOf(filter, NOW)).toEqual({
      flow: 'f_a',
      state: ['failed'],
      trigger_id: 't',
      since: (NOW.getTime() - 3_600_000) * 1000,
      search: 'a b'
    });
    expect(isAnyRun(filter)).toBe(false);
  });

  test('knows an id by its looks', () => {
    expect(looksLikeId('019ab3c4-1')).toBe(true);
    expect(looksLikeId('failed')).toBe(false);
    expect(looksLikeId('not-an-id-9')).toBe(false);
  });
});
