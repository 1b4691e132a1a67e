import { describe, expect, test } from 'vitest';

import { type RunShown, withRuns } from './runList';

describe('a list of runs', () => {
  const run = (run_id: string, state: string) => ({ run_id, state }) as RunShown;

  test('takes what is fresh, the newest first', () => {
    const known = [run('2', 'running'), run('1', 'failed')];
    const all = withRuns(known, [run('3', 'queued'), run('2', 'succeeded')]);
    expect(all.map(one => `${one.run_id} ${one.state}`)).toEqual(['3 queued', '2 succeeded', '1 failed']);
  });

  test('lets go of a run that is no longer in the states that are shown', () => {
    expect(withRuns([run('1', 'running')], [run('1', 'failed')], ['running'])).toEqual([]);
  });
});
