import { ApiError } from './client';

const WAIT = 1000;
const TIMES = 60;

/** Asks again while the service is starting or away for a moment, up to a minute. Only for what may be asked twice. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  for (let time = 1; ; time++) {
    try {
      return await ask();
    } catch (error) {
      const passing = error instanceof ApiError && error.problem.status === 503 && error.problem.retryable;
      if (!passing || time >= TIMES) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, WAIT));
    }
  }
}
