import { Signal } from '@lumino/signaling';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';

import { SharedFlow } from '../document/sharedFlow';
import { startChecking } from './checking';
import { newStore } from './session';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function session() {
  const document = SharedFlow.create();
  document.setSource('{"id": "f", "nodes": [{"id": "a", "type": "code"}]}');
  const answers: ((found: { problems: string[] } | null, status?: number) => void)[] = [];
  const POST = vi.fn(
    (_path: string, _options: { body: { document: { name?: string }; directory: string } }) =>
      new Promise(done =>
        answers.push((found, status = 504) => done({ data: found, response: { ok: found !== null, status } }))
      )
  );
  const parts = {
    document,
    store: newStore(),
    path: () => 'a.flow',
    lab: { placeOf: vi.fn(() => Promise.resolve({ folder: '/project', file: 'a.flow' })) },
    client: { routes: { POST } },
    stream: { serviceChanged: new Signal({}) }
  };
  return { parts: parts as unknown as Parameters<typeof startChecking>[0], document, POST, answers };
}

test('many changes in a row are one question, about the last of them', async () => {
  const { parts, document, POST, answers } = session();
  const stop = startChecking(parts);
  await vi.advanceTimersByTimeAsync(0);
  answers[0]({ problems: [] });
  await vi.advanceTimersByTimeAsync(0);
  ['B', 'Ba', 'Bank'].forEach(name => document.setField('name', name));
  await vi.advanceTimersByTimeAsync(300);
  expect(POST.mock.calls.map(([, { body }]) => body.document.name)).toEqual([undefined, 'Bank']);
  expect(POST.mock.calls[1][1].body.directory).toBe('/project');
  stop();
});

test('a change during a question is asked about when the answer has come', async () => {
  const { parts, document, POST, answers } = session();
  const stop = startChecking(parts);
  await vi.advanceTimersByTimeAsync(0);
  document.setField('name', 'Later');
  await vi.advanceTimersByTimeAsync(1000);
  expect(POST).toHaveBeenCalledTimes(1);
  answers[0]({ problems: [] });
  await vi.advanceTimersByTimeAsync(0);
  expect(POST).toHaveBeenCalledTimes(2);
  stop();
});

test('what is refused is not asked again before something changes', async () => {
  const { parts, document, POST, answers } = session();
  const stop = startChecking(parts);
  await vi.advanceTimersByTimeAsync(0);
  answers[0](null, 413);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(POST).toHaveBeenCalledTimes(1);
  document.setField('name', 'Smaller');
  await vi.advanceTimersByTimeAsync(300);
  expect(POST).toHaveBeenCalledTimes(2);
  stop();
});

test('the last word stays while nobody answers, and it is asked again', async () => {
  const { parts, document, POST, answers } = session();
  const stop = startChecking(parts);
  await vi.advanceTimersByTimeAsync(0);
  answers[0]({ problems: ['one'] });
  await vi.advanceTimersByTimeAsync(0);
  document.setField('name', 'New');
  await vi.advanceTimersByTimeAsync(300);
  answers[1](null);
  await vi.advanceTimersByTimeAsync(0);
  expect(parts.store.getState().checked).toEqual({ problems: ['one'] });
  await vi.advanceTimersByTimeAsync(5000);
  expect(POST).toHaveBeenCalledTimes(3);
  stop();
  document.setField('name', 'Gone');
  await vi.advanceTimersByTimeAsync(5000);
  expect(POST).toHaveBeenCalledTimes(3);
});
