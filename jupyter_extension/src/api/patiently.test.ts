import { ServerConnection } from '@jupyterlab/services';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { ApiError } from './client';
import { patiently } from './patiently';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test.each([
  ['is starting', new ApiError({ status: 503, retryable: true })],
  ['is behind a gateway that lost it', new ApiError({ status: 502 })],
  ['cannot be reached', new ServerConnection.NetworkError(new TypeError('Failed to fetch'))]
])('a service that %s is asked again', async (_, error) => {
  const ask = vi.fn().mockRejectedValueOnce(error).mockRejectedValueOnce(error).mockResolvedValue(7);
  const answered = patiently(ask);
  await vi.runAllTimersAsync();
  expect(await answered).toBe(7);
  expect(ask).toHaveBeenCalledTimes(3);
});

test.each([
  ['is refused for good', new ApiError({ status: 404 })],
  ['is our own mistake', new TypeError('x is undefined')]
])('what %s is not asked again', async (_, error) => {
  const ask = vi.fn().mockRejectedValue(error);
  await expect(patiently(ask)).rejects.toThrow(error);
  expect(ask).toHaveBeenCalledTimes(1);
});

test('after a minute the error is told, and at once where nobody wants the answer any more', async () => {
  const starting = new ApiError({ status: 503, retryable: true });
  const ask = vi.fn().mockRejectedValue(starting);
  const told = expect(patiently(ask)).rejects.toThrow(starting);
  await vi.advanceTimersByTimeAsync(70_000);
  await told;
  ask.mockClear();
  await expect(patiently(ask, () => false)).rejects.toThrow(starting);
  expect(ask).toHaveBeenCalledTimes(1);
});
