/** A list of runs that is kept up to date while they go on. */

import type { components } from '../_generated/api';

export type RunShown = components['schemas']['RunShown'];

/** `fresh` runs in the place of what was known of them, the newest first: ids are in the order in which runs were made. */
export function withRuns(
  known: readonly RunShown[],
  fresh: readonly RunShown[],
  states: readonly string[] = []
): RunShown[] {
  const all = new Map(known.map(run => [run.run_id, run]));
  fresh.forEach(run => all.set(run.run_id, run));
  return [...all.values()]
    .filter(run => !states.length || states.includes(run.state))
    .sort((a, b) => (a.run_id < b.run_id ? 1 : -1));
}
