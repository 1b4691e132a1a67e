import { useMemo } from 'react';

import { answer } from '../../api/client';
import { patiently } from '../../api/patiently';
import { type Flow, parseFlow } from '../../model/flow';
import { type Stale, staleNodes } from '../../model/stale';
import { useEditor, useSession } from '../context';
import { useAsked } from '../data/useAsked';

const NONE: ReadonlyMap<string, Stale> = new Map();

/** The nodes that were edited since the shown run, or follow such; none while its document is not known. */
export function useStale(flow: Flow): ReadonlyMap<string, Stale> {
  const { client } = useEditor();
  const run_id = useSession(state => state.run?.runId ?? '');
  const { value: ran } = useAsked(run_id, async () => {
    const params = { path: { run_id } };
    const ask = () => answer(client.routes.GET('/runs/{run_id}/document', { params }));
    return run_id ? parseFlow((await patiently(ask)).text) : null;
  });
  return useMemo(() => (ran ? staleNodes(ran, flow) : NONE), [ran, flow]);
}
