/** Which runs a list shows. */

export type Range = '' | '1h' | '24h' | '7d' | '30d' | 'custom';

export interface IRunFilter {
  /** Flow id; empty for all. */
  readonly flow: string;
  /** Alternatives; none for all. */
  readonly states: readonly string[];
  readonly trigger: string;
  readonly range: Range;
  /** With `custom`: as `<input type="datetime-local">` has them. */
  readonly since: string;
  readonly until: string;
  readonly search: string;
}

export const ANY_RUN: IRunFilter = {
  flow: '',
  states: [],
  trigger: '',
  range: '',
  since: '',
  until: '',
  search: ''
};

/** What the service is asked for. Times are microseconds since 1970, as its store has them. */
export interface IRunQuery {
  flow?: string;
  state?: string[];
  trigger_id?: string;
  since?: number;
  until?: number;
  search?: string;
}

const HOURS: Record<string, number> = { '1h': 1, '24h': 24, '7d': 7 * 24, '30d': 30 * 24 };

export function queryOf(filter: IRunFilter, now: Date): IRunQuery {
  const { flow, states, trigger, range, search } = filter;
  const since = range === 'custom' ? micros(filter.since) : HOURS[range] && ago(now, HOURS[range]);
  const until = range === 'custom' ? micros(filter.until) : undefined;
  return defined({
    flow: flow || undefined,
    state: states.length ? [...states] : undefined,
    trigger_id: trigger || undefined,
    since: since || undefined,
    until,
    search: search.trim() || undefined
  });
}

export function isAnyRun(filter: IRunFilter): boolean {
  return Object.keys(queryOf(filter, new Date())).length === 0;
}

/** Whether a search is for a run's id, or the beginning of it. */
export function looksLikeId(search: string): boolean {
  return /^[0-9a-f][0-9a-f-]{7,35}$/.test(search.trim());
}

function micros(local: string): number | undefined {
  return local ? new Date(local).getTime() * 1000 : undefined;
}

function ago(now: Date, hours: number): number {
  return (now.getTime() - hours * 3_600_000) * 1000;
}

function defined<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, item]) => item !== undefined)) as T;
}
