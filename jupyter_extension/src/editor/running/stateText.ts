import type { TranslationBundle } from '@jupyterlab/translation';

/** The word for a state of a run, a step or an attempt. */
export function stateText(trans: TranslationBundle, state: string): string {
  switch (state) {
    case 'succeeded':
      return trans.__('Succeeded');
    case 'reused':
      return trans.__('Reused');
    case 'failed':
      return trans.__('Failed');
    case 'cancelled':
      return trans.__('Cancelled');
    case 'skipped':
      return trans.__('Skipped');
    case 'unknown':
      return trans.__('Unknown');
    case 'lost':
      return trans.__('Lost');
    case 'running':
      return trans.__('Running');
    case 'waiting':
      return trans.__('Waiting');
    case 'queued':
      return trans.__('Queued');
    default:
      return trans.__('Not begun');
  }
}
