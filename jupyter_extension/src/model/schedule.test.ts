import { describe, expect, test } from 'vitest';

import { cronOf, FIRST_REPEAT, repeatOf, whenOf } from './schedule';

describe('a schedule', () => {
  test.each([
    ['hour', '15 * * * *'],
    ['day', '30 6 * * *'],
    ['weekday', '30 6 * * MON-FRI'],
    ['week', '30 6 * * SUN'],
    ['month', '30 6 28 * *']
  ])('by the %s is the cron fields %s, and back', (_, cron) => {
    expect(cronOf(repeatOf({ cron }))).toBe(cron);
    expect(repeatOf({ cron }).repeat).toBe(_);
  });

  test.each(['0 0 1 1 *', '*/5 * * * *', '0 7 1 * MON', '@daily', '0 25 * * *', '0 7 * * MON#2', ''])(
    'that no choice says stays as it is: %s',
    cron => {
      expect(repeatOf({ cron })).toMatchObject({ repeat: 'cron', cron });
      expect(cronOf(repeatOf({ cron }))).toBe(cron);
    }
  );

  test('may be an interval', () => {
    expect(whenOf(repeatOf({ every: 900 }))).toEqual({ every: 900 });
    expect(whenOf(FIRST_REPEAT)).toEqual({ cron: '0 7 * * MON-FRI' });
  });
});
