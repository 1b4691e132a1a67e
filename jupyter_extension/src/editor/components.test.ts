import { expect, test, vi } from 'vitest';

import { loadComponents } from './components';
import { newStore } from './session';

test('node types are asked for again until the service tells them', async () => {
  vi.useFakeTimers();
  const store = newStore();
  const GET = vi
    .fn()
    .mockResolvedValueOnce({ error: { detail: 'The service is starting.' }, response: { ok: false } })
    .mockResolvedValue({ data: { items: [{ id: 'read.csv' }] }, response: { ok: true } });
  const client = { routes: { GET } } as unknown as Parameters<typeof loadComponents>[0]['client'];
  const stop = loadComponents({ client, store });
  await vi.advanceTimersByTimeAsync(0);
  expect(store.getState().components).toBeNull();
  await vi.advanceTimersByTimeAsync(2000);
  expect(store.getState().components).toEqual([{ id: 'read.csv' }]);
  stop();
  vi.useRealTimers();
});
