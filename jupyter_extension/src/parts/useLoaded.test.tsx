// @vitest-environment jsdom
import { act, renderHook, waitFor } from '@testing-library/react';
import { expect, test } from 'vitest';

import { ApiError } from '../api/client';
import { useLoaded } from './useLoaded';

/** Answers that come when the test says so, by the question. */
function answers() {
  const waiting = new Map<string, { resolve: (value: string) => void; reject: (error: unknown) => void }>();
  const load = (id: string) => new Promise<string>((resolve, reject) => waiting.set(id, { resolve, reject }));
  return { waiting, load };
}

test('what was loaded of one thing is not shown for another, not even for a moment', async () => {
  const { waiting, load } = answers();
  const seen: (string | null)[] = [];
  const { rerender, result } = renderHook(
    ({ id }) => {
      const loaded = useLoaded(() => load(id), [id]);
      seen.push(`${id}: ${loaded.value}`);
      return loaded;
    },
    { initialProps: { id: 'a' } }
  );
  await act(async () => waiting.get('a')!.resolve('A'));
  expect(result.current.value).toBe('A');
  rerender({ id: 'b' });
  await act(async () => waiting.get('b')!.resolve('B'));
  expect(result.current.value).toBe('B');
  expect(seen).not.toContain('b: A');
});

test('an answer that comes after a newer question is dropped', async () => {
  const { waiting, load } = answers();
  const { rerender, result } = renderHook(({ id }) => useLoaded(() => load(id), [id]), { initialProps: { id: 'a' } });
  rerender({ id: 'b' });
  await act(async () => waiting.get('b')!.resolve('B'));
  await act(async () => waiting.get('a')!.resolve('A'));
  expect(result.current.value).toBe('B');
});

test('what is refused can be asked again, and what was loaded before stays meanwhile', async () => {
  let refuse = false;
  const load = () => (refuse ? Promise.reject(new ApiError({ status: 409, detail: 'No.' })) : Promise.resolve('A'));
  const { result } = renderHook(() => useLoaded(load, []));
  await waitFor(() => expect(result.current.value).toBe('A'));
  refuse = true;
  act(() => result.current.reload());
  await waitFor(() => expect(result.current.error).toBeInstanceOf(ApiError));
  expect(result.current.value).toBe('A');
  refuse = false;
  act(() => result.current.reload());
  await waitFor(() => expect(result.current.error).toBeNull());
});
