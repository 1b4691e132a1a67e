import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { loadComponents } from './components';
import { newStore } from './session';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const STARTING = { error: { status: 503, retryable: true }, response: { ok: false, status: 503 } };

function session(...answers: object[]) {
  const GET = vi.fn();
  answers.forEach(answer => GET.mockResolvedValueOnce(answer));
  const store = newStore();
  const client = { routes: { GET }, pluginsRescanned: new Signal<object, void>({}) };
  const stream = { serviceChanged: new Signal<object, { state: string } | null>({}) };
  const parts = { client, stream, store } as unknown as Parameters<typeof loadComponents>[0];
  return { parts, client, stream, GET, shown: () => store.getState().components?.map(one => one.id) };
}

function told(...ids: string[]): object {
  return { data: { items: ids.map(id => ({ id })) }, response: { ok: true } };
}

test('node types are asked for again until the service tells them', async () => {
  const { parts, shown } = session(STARTING, told('read.csv'));
  const stop = loadComponents(parts);
  await vi.advanceTimersByTimeAsync(0);
  expect(shown()).toBeUndefined();
  await vi.advanceTimersByTimeAsync(2000);
  expect(shown()).toEqual(['read.csv']);
  stop();
});

test('a service that is ready again, or has other plugins, is asked anew until the editor closes', async () => {
  const { parts, client, stream, GET, shown } = session(told('a'), told('b'), told('c'));
  const stop = loadComponents(parts);
  await vi.advanceTimersByTimeAsync(0);
  stream.serviceChanged.emit(null);
  stream.serviceChanged.emit({ state: 'starting' });
  await vi.advanceTimersByTimeAsync(0);
  expect(shown()).toEqual(['a']);
  stream.serviceChanged.emit({ state: 'ready' });
  await vi.advanceTimersByTimeAsync(0);
  expect(shown()).toEqual(['b']);
  client.pluginsRescanned.emit();
  await vi.advanceTimersByTimeAsync(0);
  expect(shown()).toEqual(['c']);
  stop();
  stream.serviceChanged.emit({ state: 'ready' });
  client.pluginsRescanned.emit();
  expect(GET).toHaveBeenCalledTimes(3);
});
