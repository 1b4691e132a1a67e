import type { TranslationBundle } from '@jupyterlab/translation';

/** What a delivery has come to. */
export function outcomeWord(outcome: string, trans: TranslationBundle): string {
  const words: Record<string, string> = {
    accepted: trans.__('Accepted'),
    duplicate: trans.__('Came before'),
    conflict: trans.__('Conflict'),
    invalid: trans.__('Inputs are wrong'),
    paused: trans.__('Paused'),
    limited: trans.__('Too many'),
    too_large: trans.__('Too large'),
    failed: trans.__('Failed'),
    refused: trans.__('Refused')
  };
  return words[outcome] ?? outcome;
}
