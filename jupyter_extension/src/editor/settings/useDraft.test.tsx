import { act, cleanup, renderHook } from '@testing-library/react';
import { afterEach, expect, test, vi } from 'vitest';

import { useDraft } from './useDraft';

afterEach(() => {
  cleanup();
  vi.useRealTimers();
});

function typing() {
  vi.useFakeTimers();
  const commit = vi.fn();
  const hook = renderHook(({ shown }) => useDraft(shown, commit), { initialProps: { shown: '92' } });
  return { commit, ...hook };
}

test('what is typed stays as it is typed, whatever it is read as', () => {
  const { result, rerender, commit } = typing();
  act(() => result.current.type(''));
  rerender({ shown: '80' }); // emptied: the default shows
  expect(result.current.value).toBe('');
  expect(commit).toHaveBeenCalledWith('');
  act(() => result.current.leave());
  expect(result.current.value).toBe('80');
});

test('what comes from elsewhere takes its place', () => {
  const { result, rerender } = typing();
  act(() => result.current.type('93'));
  rerender({ shown: '93' });
  act(() => void vi.runAllTimers());
  rerender({ shown: '92' });
  expect(result.current.value).toBe('92');
});
