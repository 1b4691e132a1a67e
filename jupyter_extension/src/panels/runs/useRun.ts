import { answer, type Client, type Schemas } from '../../api/client';
import { isLive } from '../../model/run';
import { type ILoaded, useLoaded } from '../../parts/useLoaded';
import { usePanel } from '../context';
import { useRunEvents } from '../useRunEvents';

export interface IWholeRun {
  readonly run: Schemas['RunDetail'];
  readonly steps: readonly Schemas['StepShown'][];
}

/** A run with its steps, kept up to date until it ends. */
export function useRun(run_id: string): ILoaded<IWholeRun> {
  const { client } = usePanel();
  const loaded = useLoaded(() => wholeRun(client, run_id), [client, run_id]);
  const ended = loaded.value !== null && !isLive(loaded.value.run.state);
  useRunEvents(ended ? null : `/runs/${loaded.value?.run.run_id ?? run_id}/events`, loaded.reload);
  return loaded;
}

/** `name` may be the beginning of an id, or `latest`. */
export async function wholeRun(client: Client, name: string): Promise<IWholeRun> {
  const run = await answer(client.routes.GET('/runs/{run_id}', { params: { path: { run_id: name } } }));
  const path = { run_id: run.run_id };
  const { items } = await answer(client.routes.GET('/runs/{run_id}/steps', { params: { path } }));
  return { run, steps: items };
}
