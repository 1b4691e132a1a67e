import { useState } from 'react';

import { answer, type Schemas } from '../../api/client';
import type { IRunView } from '../../model/run';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor } from '../context';

/** Bytes of a log that are read at once. */
const PART = 1_000_000;

interface ILog {
  lines: readonly string[];
  error: unknown;
  reload: () => void;
  loading: boolean;
  /** Whether there is more of it than is shown. */
  cut: boolean;
  bytes: number;
  atEnd: boolean;
  /** Shows the end instead of the beginning, and back. */
  turn: () => void;
}

/** An attempt's log as it is kept; without one, what the run's events tell. Of a long one the end comes first. */
export function useLog(run: IRunView, step: string, attempt: Schemas['AttemptShown'] | undefined): ILog {
  const { client } = useEditor();
  const [atEnd, setAtEnd] = useState(true);
  const number = attempt?.number;
  const { value, error, reload } = useLoaded(async () => {
    if (number === undefined) {
      return null;
    }
    const read = (offset: number) => {
      const params = { path: { run_id: run.runId, step, number }, query: { offset } };
      const route = '/runs/{run_id}/steps/{step}/attempts/{number}/log';
      return answer(client.routes.GET(route, { params }));
    };
    const log = await read(0);
    const end = log.next !== null && atEnd ? await read(Math.max(0, log.bytes - PART)) : log;
    return { text: end.text, cut: log.next !== null, bytes: log.bytes };
  }, [run.runId, step, number, atEnd]);
  const told = run.logs[step]?.lines ?? [];
  const loading = number !== undefined && !value && !error;
  const common = { error, reload, loading, atEnd, turn: () => setAtEnd(!atEnd) };
  return value
    ? { ...common, lines: splitLines(value.text), cut: value.cut, bytes: value.bytes }
    : { ...common, lines: told, cut: false, bytes: 0 };
}

const split = new Map<string, readonly string[]>();

/** The lines of the text that was asked for last: the same array while nothing changes. */
function splitLines(text: string): readonly string[] {
  if (!split.has(text)) {
    split.clear();
    split.set(
      text,
      text
        .replace(/\n$/, '')
        .split('\n')
        .filter((line, _, all) => all.length > 1 || line !== '')
    );
  }
  return split.get(text)!;
}
