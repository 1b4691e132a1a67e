import { ServerConnection } from '@jupyterlab/services';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import type { RunEvent } from './stream';
import { Stream } from './stream';

/** What a Jupyter server sees of a window, and what it tells it. */
class FakeSocket {
  static all: FakeSocket[] = [];
  readyState = 0;
  readonly sent: unknown[] = [];
  onopen = () => undefined as void;
  onmessage = (_: { data: string }) => undefined as void;
  onclose = () => undefined as void;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  begin(): this {
    this.readyState = 1;
    this.onopen();
    return this;
  }

  tell(message: object): void {
    this.onmessage({ data: JSON.stringify(message) });
  }

  end(): void {
    this.readyState = 3;
    this.onclose();
  }

  close(): void {
    this.readyState = 2; // the other end, if there is one, has to agree
  }
}

const EVENT = { kind: 'run', run_id: 'r1' } as RunEvent;

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
});
afterEach(() => void vi.useRealTimers());

function opened(): Stream {
  const WebSocket = FakeSocket as unknown as typeof globalThis.WebSocket;
  return new Stream(ServerConnection.makeSettings({ WebSocket, wsUrl: 'ws://lab/base/' }));
}

test('where all events begin, the lists are looked at: what happened while it was asked for would be missing', () => {
  const onReset = vi.fn();
  opened().subscribe('/events', { onEvent: vi.fn(), onReset });
  const [socket] = FakeSocket.all;
  socket.begin();
  expect(onReset).not.toHaveBeenCalled();
  socket.tell({ id: 's1', last: '7' });
  socket.tell({ id: 's1', last: '8', event: EVENT });
  expect(onReset).toHaveBeenCalledTimes(1);
});

test('a run that is followed from its first event is not looked at anew', () => {
  const [onEvent, onReset] = [vi.fn(), vi.fn()];
  opened().subscribe('/runs/r1/events', { onEvent, onReset });
  FakeSocket.all[0].begin().tell({ id: 's1', last: '1', event: EVENT });
  expect(onEvent).toHaveBeenCalledWith(EVENT);
  expect(onReset).not.toHaveBeenCalled();
});

test('a lost connection is made again, and goes on behind the last event', async () => {
  const onReset = vi.fn();
  opened().subscribe('/events', { onEvent: vi.fn(), onReset });
  const first = FakeSocket.all[0].begin();
  expect(first.sent).toEqual([{ subscribe: { id: 's1', path: '/events' } }]);
  first.tell({ id: 's1', last: '7' });
  first.end();
  await vi.runAllTimersAsync();
  const second = FakeSocket.all[1].begin();
  expect(second.sent).toEqual([{ subscribe: { id: 's1', path: '/events', after: '7' } }]);
  second.tell({ id: 's1', last: '7' });
  expect(onReset).toHaveBeenCalledTimes(1);
  second.tell({ id: 's1', last: '9', reset: true });
  expect(onReset).toHaveBeenCalledTimes(2);
});

test('a connection that leads nowhere is made anew, and goes on behind the last event', () => {
  const stream = opened();
  stream.subscribe('/runs/r1/events', { onEvent: vi.fn() }, '0');
  FakeSocket.all[0].begin().tell({ id: 's1', last: '4', event: EVENT });
  stream.renew();
  expect(FakeSocket.all).toHaveLength(2);
  expect(FakeSocket.all[1].begin().sent).toEqual([{ subscribe: { id: 's1', path: '/runs/r1/events', after: '4' } }]);
  FakeSocket.all[1].end();
  stream.renew(); // and does not wait
  expect(FakeSocket.all).toHaveLength(3);
});

test('what has ended or was refused is not asked for again', async () => {
  const onEnd = vi.fn();
  const stream = opened();
  ['/runs/r1/events', '/runs/r2/events', '/events'].forEach(path =>
    stream.subscribe(path, { onEvent: vi.fn(), onEnd })
  );
  const [socket] = FakeSocket.all;
  socket.begin().tell({ id: 's1', end: true });
  socket.tell({ id: 's2', error: { title: 'There is no such run.' } });
  expect(onEnd).toHaveBeenCalledTimes(2);
  socket.end();
  await vi.runAllTimersAsync();
  expect(FakeSocket.all[1].begin().sent).toEqual([{ subscribe: { id: 's3', path: '/events' } }]);
});
