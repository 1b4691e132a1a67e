import { expect, test, vi } from 'vitest';

import { ApiError } from './client';
import { patiently } from './patiently';

const starting = new ApiError({ status: 503, retryable: true });

test('a service that is starting is asked again', async () => {
  vi.useFakeTimers();
  const ask = vi.fn().mockRejectedValueOnce(starting).mockRejectedValueOnce(starting).mockResolvedValue(7);
  const answered = patiently(ask);
  await vi.runAllTimersAsync();
  expect(await answered).toBe(7);
  expect(ask).toHaveBeenCalledTimes(3);
  vi.useRealTimers();
});

test('what is refused for good is not asked again', async () => {
  const ask = vi.fn().mockRejectedValue(new ApiError({ status: 404 }));
  await expect(patiently(ask)).rejects.toThrow(ApiError);
  expect(ask).toHaveBeenCalledTimes(1);
});
