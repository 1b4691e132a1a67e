import { ServerConnection } from '@jupyterlab/services';

import { ApiError } from './client';

/** Milliseconds between two questions: about a minute in all. */
const WAITS = [300, 600, 1000, 2000, 2000, 3000, 3000, ...Array<number>(10).fill(5000)];

/**
 * Asks again while the service starts, restarts or cannot be reached for a moment; `still` says whether to go on. Only
 * for what may be asked twice.
 */
export async function patiently<T>(ask: () => Promise<T>, still: () => boolean = () => true): Promise<T> {
  for (const wait of WAITS) {
    try {
      return await ask();
    } catch (error) {
      if (!mayWorkLater(error) || !still()) {
        throw error;
      }
      await new Promise(done => setTimeout(done, wait));
    }
  }
  return ask();
}

/** Whether it makes sense to ask again. No answer at all is a lost connection, too. */
export function mayWorkLater(error: unknown): boolean {
  return error instanceof ApiError
    ? error.problem.retryable === true || [502, 504].includes(error.problem.status)
    : error instanceof ServerConnection.NetworkError;
}
