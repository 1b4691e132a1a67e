import type { TranslationBundle } from '@jupyterlab/translation';

/** The state of a run, a step or an attempt, in a person's words. */
export function stateWord(trans: TranslationBundle, state: string): string {
  const words: Record<string, string> = {
    queued: trans.__('Queued'),
    blocked: trans.__('Waiting for others'),
    ready: trans.__('Ready'),
    submitted: trans.__('Submitted'),
    running: trans.__('Running'),
    waiting: trans.__('Waiting'),
    succeeded: trans.__('Succeeded'),
    reused: trans.__('Reused'),
    failed: trans.__('Failed'),
    cancelled: trans.__('Cancelled'),
    skipped: trans.__('Skipped'),
    lost: trans.__('Lost'),
    unknown: trans.__('Unknown')
  };
  return Object.hasOwn(words, state) ? words[state] : state;
}
