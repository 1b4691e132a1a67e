import { describe, expect, test } from 'vitest';

import { fromLocalInput, fullTime, localInput, shortTime } from './moment';

const NOW = new Date('2026-11-25T12:00:00Z');

describe('times', () => {
  test('are shown with the day only where it is another one', () => {
    expect(shortTime(new Date('2026-11-25T09:05:07Z'), NOW, 'en-GB', 'UTC')).toBe('09:05:07');
    expect(shortTime(new Date('2026-11-24T09:05:07Z'), NOW, 'en-GB', 'UTC')).toBe('24 Nov, 09:05');
    expect(shortTime(new Date('2025-11-24T09:05:07Z'), NOW, 'en-GB', 'UTC')).toBe('24 Nov 2025, 09:05');
  });

  test('are shown by the viewer’s clock where the browser does not know the zone', () => {
    expect(fullTime(NOW, 'en-GB', 'Europe/Nowhere')).toBe(fullTime(NOW, 'en-GB'));
    expect(fullTime(NOW, 'en-GB', 'Europe/Berlin')).toContain('13:00');
  });

  test('go into a field and come back the same', () => {
    expect(fromLocalInput(localInput('2026-11-25T12:00:00.000Z'))).toBe('2026-11-25T12:00:00.000Z');
    expect(localInput(null)).toBe('');
    expect(fromLocalInput('')).toBeNull();
  });
});
