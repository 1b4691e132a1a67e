import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ISubscriber, Stream } from './stream';
import { watchRuns } from './watchRuns';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('events that were refused for now are asked for again, until nobody watches', async () => {
  const asked: ISubscriber[] = [];
  const subscribe = vi.fn((_: string, subscriber: ISubscriber) => {
    asked.push(subscriber);
    return () => undefined;
  });
  const changed = vi.fn();
  const stop = watchRuns({ subscribe } as Partial<Stream> as Stream, changed);
  asked[0].onEnd!();
  await vi.advanceTimersByTimeAsync(2000);
  expect(subscribe).toHaveBeenCalledTimes(2);
  asked[1].onReset!();
  await vi.advanceTimersByTimeAsync(300);
  expect(changed).toHaveBeenCalledTimes(1);
  asked[1].onEnd!();
  stop();
  await vi.advanceTimersByTimeAsync(10_000);
  expect(subscribe).toHaveBeenCalledTimes(2);
});
