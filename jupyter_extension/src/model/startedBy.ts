/** Who or what started a run, in words. */

import type { TranslationBundle } from '@jupyterlab/translation';

import type { RunShown } from './runList';

type Started = Pick<RunShown, 'author' | 'trigger_id' | 'origin_run' | 'revision_id' | 'selection'>;

/** `trigger` is that of the run, if it is still known. */
export function startedBy(trans: TranslationBundle, run: Started, trigger?: { kind: string; name: string }): string {
  const { author } = run;
  if (isRetry(run)) {
    const id = run.origin_run!.slice(0, 8);
    return author ? trans.__('Retry of %1, %2', id, author) : trans.__('Retry of %1', id);
  }
  if (run.trigger_id) {
    return byTrigger(trans, author, trigger);
  }
  if (run.revision_id) {
    return author ? trans.__('%1, by hand', author) : trans.__('By hand');
  }
  return author ? trans.__('%1, by hand, a draft', author) : trans.__('By hand, a draft');
}

function byTrigger(trans: TranslationBundle, author: string | null, trigger?: { kind: string; name: string }): string {
  if (!trigger) {
    return author ? trans.__('%1, by a trigger that is gone', author) : trans.__('A trigger that is gone');
  }
  if (author) {
    return trans.__('%1, by hand: %2', author, trigger.name);
  }
  return trigger.kind === 'webhook' ? trans.__('Webhook: %1', trigger.name) : trans.__('Schedule: %1', trigger.name);
}

/** A draft that begins in the middle takes results of another run, but is one of its own. */
function isRetry({ origin_run, revision_id, selection }: Started): boolean {
  return origin_run !== null && (revision_id !== null || !selection.from);
}
