import { useMemo } from 'react';

import { answer } from '../../api/client';
import { type Flow, parseFlow } from '../../model/flow';
import { type Stale, staleNodes } from '../../model/stale';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor, useSession } from '../context';

const NONE: ReadonlyMap<string, Stale> = new Map();

/** The nodes that were edited since the shown run, or follow such; none while its document is not known. */
export function useStale(flow: Flow): ReadonlyMap<string, Stale> {
  const { client } = useEditor();
  const run_id = useSession(state => state.run?.runId ?? '');
  const { value: ran } = useLoaded(async () => {
    const params = { path: { run_id } };
    return run_id ? parseFlow((await answer(client.routes.GET('/runs/{run_id}/document', { params }))).text) : null;
  }, [run_id]);
  return useMemo(() => (ran ? staleNodes(ran, flow) : NONE), [ran, flow]);
}
