/** A run as the editor shows it: what the service has told of it, brought up to date by its events. */

import type { components } from '../_generated/api';

type Schemas = components['schemas'];
export type Run = Schemas['RunShown'];
export type RunEvent = Schemas['RunEventShown'];
export type StepShown = Schemas['StepShown'];
export type OutputShown = Schemas['OutputShown'];
export type Failure = Schemas['FailureShown'];

export interface IStepView extends Partial<StepShown> {
  state: string;
  /** 0 to 1, with what it is about; null where the step reports none. */
  progress: { at: number; text: string } | null;
}

export interface IRunView {
  readonly runId: string;
  readonly state: string;
  readonly live: boolean;
  /** Node id -> its step. */
  readonly steps: Readonly<Record<string, IStepView>>;
  /** What the service last told of the run itself; its state may be older than `state`. */
  readonly run: Run;
  /** Step -> the end of what its running attempt has logged. */
  readonly logs: Readonly<Record<string, ILogTail>>;
  /** Number of the last event that is in this view; 0 before the first. */
  readonly last: number;
}

/** Lines of a log as they come; `dropped` of them, the first ones, are kept no longer. */
export interface ILogTail {
  readonly lines: readonly string[];
  readonly dropped: number;
}

export const MOST_LINES = 5000;
const ENDED_RUNS = ['succeeded', 'failed', 'cancelled'];
const ENDED_STEPS = ['succeeded', 'reused', 'failed', 'skipped', 'cancelled', 'unknown'];
/** The order in which an attempt goes through its states; all that end it are behind these. */
const WAY = ['blocked', 'ready', 'submitted', 'running', 'waiting'];

export function isLive(state: string): boolean {
  return !ENDED_RUNS.includes(state);
}

export function isEnded(step: IStepView | undefined): boolean {
  return step !== undefined && ENDED_STEPS.includes(step.state);
}

/** The view of what the service tells of a run, on top of what is known of it: events may have told more. */
export function seen(run: Run, steps: readonly StepShown[], known: IRunView | null): IRunView {
  const old = known?.runId === run.run_id ? known : null;
  const told = Object.fromEntries(steps.map(step => [step.node, newer(old?.steps[step.node], step)]));
  const state = old && !old.live ? old.state : run.state;
  return {
    runId: run.run_id,
    state,
    live: isLive(state),
    steps: told,
    run,
    logs: old?.logs ?? {},
    last: old?.last ?? 0
  };
}

/** The view after some events, which come in order. Those that it holds already change nothing. */
export function happened(view: IRunView, events: readonly RunEvent[]): IRunView {
  const news = events.filter(event => event.run_id === view.runId && event.seq > view.last);
  if (!news.length) {
    return view;
  }
  const next = { ...view, steps: { ...view.steps }, logs: { ...view.logs } };
  const logged = new Map<string, string[]>();
  for (const event of news) {
    if (event.seq <= next.last) {
      continue;
    }
    next.last = event.seq;
    if (event.kind === 'run') {
      next.state = stateAfter(next.state, String(event.data.state));
      next.live = isLive(next.state);
    } else if (event.kind === 'log') {
      logged.set(event.step, [...(logged.get(event.step) ?? []), ...linesOf(event.data.text)]);
    } else if (event.step) {
      next.steps[event.step] = stepAfter(next.steps[event.step], event);
      if (event.data.state === 'submitted') {
        // What the attempt before has logged is not this one's.
        logged.delete(event.step);
        delete next.logs[event.step];
      }
    }
  }
  logged.forEach((lines, step) => (next.logs[step] = tailOf(next.logs[step], lines)));
  return next;
}

/** Events are told from the first, and of what a run is by then they may know less. */
function stateAfter(known: string, told: string): string {
  return !isLive(known) || told === 'queued' ? known : told;
}

function stepAfter(step: IStepView | undefined, event: RunEvent): IStepView {
  const known: IStepView = step ?? { step: event.step, node: event.step, state: 'blocked', progress: null };
  if (event.kind === 'progress') {
    const { fraction, message } = event.data;
    return isEnded(known) || typeof fraction !== 'number'
      ? known
      : { ...known, progress: { at: fraction, text: typeof message === 'string' ? message : '' } };
  }
  return event.kind === 'step' ? stepIn(known, event) : known;
}

/** A step in the state that an event tells, unless more is known of it already. */
function stepIn(known: IStepView, { data, time }: RunEvent): IStepView {
  const told: IStepView = {
    ...known,
    state: String(data.state),
    attempt: typeof data.attempt === 'number' ? data.attempt : known.attempt,
    failure: (data.failure as Failure | undefined) ?? null,
    reused_run: (data.reused_run as string | undefined) ?? known.reused_run,
    seconds: (data.seconds as number | undefined) ?? null,
    outputs: counted(known.outputs, data.rows),
    progress: null
  };
  if (placeOf(told) < placeOf(known)) {
    return known;
  }
  const started = told.state === 'running' ? time : told.attempt === known.attempt ? known.started : null;
  return { ...told, started, ended: isEnded(told) ? time : null };
}

function newer(known: IStepView | undefined, told: StepShown): IStepView {
  if (known && placeOf(known) > placeOf({ ...told, progress: null })) {
    return known;
  }
  const progress = known?.attempt === told.attempt && known?.state === told.state ? known.progress : null;
  const view = { ...told, progress };
  return known && JSON.stringify(known) === JSON.stringify({ ...known, ...view }) ? known : view;
}

/** How far a step is: the attempt counts most. */
function placeOf({ attempt, state }: IStepView): number {
  const at = WAY.indexOf(state);
  return (attempt ?? 0) * 10 + (at < 0 ? WAY.length : at);
}

/** Outputs with the row counts that an event tells, until the service tells the rest of them. */
function counted(known: Record<string, OutputShown> | undefined, rows: unknown): Record<string, OutputShown> {
  const none: OutputShown = { kind: 'table', format: '', bytes: 0, rows: null, columns: null, name: '', hash: '' };
  const counts = Object.entries((rows ?? {}) as Record<string, number>);
  const found = counts.map(([port, count]) => [port, { ...none, ...known?.[port], rows: count }] as const);
  return { ...known, ...Object.fromEntries(found) };
}

function linesOf(text: unknown): string[] {
  return typeof text === 'string' ? text.replace(/\n$/, '').split('\n') : [];
}

function tailOf(known: ILogTail | undefined, more: readonly string[]): ILogTail {
  const lines = [...(known?.lines ?? []), ...more];
  const over = Math.max(0, lines.length - MOST_LINES);
  return { lines: over ? lines.slice(over) : lines, dropped: (known?.dropped ?? 0) + over };
}
