import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { onWake } from './wake';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a computer that has slept is noticed, and a busy or hidden window is no sleep', async () => {
  const act = vi.fn();
  onWake(act);
  await vi.advanceTimersByTimeAsync(60_000);
  vi.setSystemTime(Date.now() + 60_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(act).not.toHaveBeenCalled();
  vi.setSystemTime(Date.now() + 3_600_000);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(act).toHaveBeenCalledTimes(1);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(act).toHaveBeenCalledTimes(1);
});

test('a network that is back is noticed', () => {
  const act = vi.fn();
  onWake(act);
  window.dispatchEvent(new Event('online'));
  expect(act).toHaveBeenCalledTimes(1);
});
