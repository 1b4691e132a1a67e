import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { ISubscriber, RunEvent, Stream } from '../../api/stream';
import { follow, PAUSE } from './follower';

let subscriber: ISubscriber;
const stop = vi.fn();
const stream = {
  subscribe: (_path: string, given: ISubscriber) => {
    subscriber = given;
    return stop;
  }
} as unknown as Stream;
const event = (seq: number) => ({ seq }) as RunEvent;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test('a burst of events changes what is shown ten times a second at most', () => {
  const batches: number[] = [];
  follow(stream, 'r', 0, { onEvents: events => batches.push(events.length), onEnd: () => undefined });
  for (let at = 0; at < 1000; at++) {
    subscriber.onEvent(event(at));
    vi.advanceTimersByTime(1);
  }
  vi.advanceTimersByTime(PAUSE);
  expect(batches.length).toBeLessThanOrEqual(11);
  expect(batches.reduce((sum, count) => sum + count)).toBe(1000);
});

test('what came last is told before the end', () => {
  const told: unknown[] = [];
  follow(stream, 'r', 0, {
    onEvents: events => told.push(...events.map(one => one.seq)),
    onEnd: () => told.push('end')
  });
  subscriber.onEvent(event(1));
  vi.advanceTimersByTime(1);
  subscriber.onEvent(event(2));
  subscriber.onEnd?.();
  expect(told).toEqual([1, 2, 'end']);
});

test('who does not follow any more is told nothing', () => {
  const onEvents = vi.fn();
  const end = follow(stream, 'r', 0, { onEvents, onEnd: () => undefined });
  subscriber.onEvent(event(1));
  end();
  vi.advanceTimersByTime(2 * PAUSE);
  expect(onEvents).not.toHaveBeenCalled();
  expect(stop).toHaveBeenCalled();
});
