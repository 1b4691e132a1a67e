import { useCallback, useEffect, useRef, useState } from 'react';

import { answer, type Client, type Schemas } from '../../api/client';
import { patiently } from '../../api/patiently';
import { type IRunFilter, looksLikeId, queryOf } from '../../model/runFilter';
import { withRuns } from '../../model/runList';
import { usePanel, usePanelView } from '../context';
import { useRunEvents } from '../useRunEvents';

type RunShown = Schemas['RunShown'];
type Page = Schemas['RunPage'];

const PAGE = 50;
/** Beyond so many runs that have changed at once, the first page is asked for instead of each of them. */
const MOST_SINGLE = 10;

export interface IRuns {
  readonly items: readonly RunShown[] | null;
  readonly error: unknown;
  /** Loads the next page; null at the end. */
  readonly more: (() => void) | null;
  readonly reload: () => void;
}

/** The runs that a filter lets through, kept up to date while the panel is in sight. */
export function useRuns(filter: IRunFilter): IRuns {
  const { client } = usePanel();
  const visible = usePanelView(view => view.visible);
  const [items, setItems] = useState<readonly RunShown[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [error, setError] = useState<unknown>(null);
  const asked = useRef(0);
  const shown = useRef(items);
  shown.current = items;

  /** Runs that were asked for by an older filter are dropped. */
  const take = useCallback((mine: number, loading: Promise<() => void>) => {
    loading.then(
      change => mine === asked.current && (setError(null), change()),
      (failed: unknown) => mine === asked.current && setError(failed)
    );
  }, []);

  const reload = useCallback(() => {
    take(
      ++asked.current,
      patiently(() => pageOf(client, filter)).then(page => () => {
        setItems(page.items);
        setNext(page.next);
      })
    );
  }, [client, filter, take]);

  useEffect(() => {
    if (visible) {
      reload();
    }
  }, [visible, reload]);

  const refresh = (changed: ReadonlySet<string>) =>
    take(
      asked.current,
      freshRuns(client, filter, shown.current ?? [], changed).then(
        fresh => () => setItems(known => withRuns(known ?? [], fresh, filter.states))
      )
    );
  useRunEvents('/events', refresh, reload);

  const more = () =>
    take(
      asked.current,
      pageOf(client, filter, next!).then(page => () => {
        setItems(known => [...(known ?? []), ...page.items]);
        setNext(page.next);
      })
    );
  return { items, error, more: next === null ? null : more, reload };
}

async function pageOf(client: Client, filter: IRunFilter, before?: string): Promise<Page> {
  if (looksLikeId(filter.search)) {
    return byId(client, filter.search.trim());
  }
  const query = { ...queryOf(filter, new Date()), limit: PAGE, before };
  return answer(client.routes.GET('/runs', { params: { query: query as RunsQuery } }));
}

type RunsQuery = { state?: RunShown['state'][] };

async function byId(client: Client, run_id: string): Promise<Page> {
  const { data } = await client.routes.GET('/runs/{run_id}', { params: { path: { run_id } } });
  return { items: data ? [data] : [], next: null };
}

/** Of the runs that changed: those in the list, and new ones that the filter lets through. */
async function freshRuns(
  client: Client,
  filter: IRunFilter,
  known: readonly RunShown[],
  changed: ReadonlySet<string>
): Promise<RunShown[]> {
  const listed = known.filter(run => changed.has(run.run_id)).map(run => run.run_id);
  const others = changed.size > listed.length || listed.length > MOST_SINGLE;
  const first = others ? (await pageOf(client, filter)).items : [];
  const single = listed.filter(id => !first.some(run => run.run_id === id)).slice(0, MOST_SINGLE);
  const found = await Promise.all(
    single.map(run_id => answer(client.routes.GET('/runs/{run_id}', { params: { path: { run_id } } })))
  );
  return [...first, ...found];
}
