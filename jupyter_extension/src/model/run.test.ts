import fc from 'fast-check';
import { expect, test } from 'vitest';

import { happened, type IRunView, MOST_LINES, type Run, type RunEvent, seen, type StepShown } from './run';

const RUN = { run_id: 'r', flow_id: 'f', flow: 'F', state: 'running' } as Run;

function step(node: string, fields: Partial<StepShown> = {}): StepShown {
  return { step: node, node, state: 'blocked', attempt: 0, outputs: {}, failure: null, ...fields } as StepShown;
}

function event(seq: number, kind: string, name: string, data: object): RunEvent {
  return { run_id: 'r', seq, kind, step: name, data, time: '2026-11-01T10:00:00Z' } as RunEvent;
}

const before = (): IRunView => seen(RUN, [step('a'), step('b')], null);

/** What a run of two steps may tell, numbered with gaps as where old log lines were forgotten. */
const told = fc
  .array(
    fc.tuple(
      fc.integer({ min: 1, max: 3 }),
      fc.constantFrom('a', 'b'),
      fc.oneof(
        fc.constantFrom('submitted', 'running', 'waiting', 'succeeded', 'failed').map(state => ['step', { state }]),
        fc.double({ min: 0, max: 1, noNaN: true }).map(fraction => ['progress', { fraction, message: 'so far' }]),
        fc.string().map(text => ['log', { text }]),
        fc.constant(['lost', { attempt: 1 }])
      ),
      fc.integer({ min: 1, max: 4 })
    )
  )
  .map(items => {
    let seq = 0;
    return items.map(([gap, name, [kind, data], attempt]) =>
      event((seq += gap), kind as string, name, kind === 'step' ? { ...(data as object), attempt } : (data as object))
    );
  });

test('events give the same view, however they are put together', () => {
  fc.assert(
    fc.property(told, fc.array(fc.nat(20)), (events, cuts) => {
      const at = [...new Set(cuts.map(cut => Math.min(cut, events.length)))].sort((a, b) => a - b);
      const batches = [...at, events.length].map((end, index) => events.slice(at[index - 1] ?? 0, end));
      expect(batches.reduce(happened, before())).toEqual(happened(before(), events));
    })
  );
});

test('what is told again after a lost connection is neither lost nor doubled', () => {
  fc.assert(
    fc.property(told, fc.nat(30), fc.nat(30), (events, cut, back) => {
      const once = happened(before(), events.slice(0, cut));
      expect(happened(once, events.slice(Math.max(0, cut - back)))).toEqual(happened(before(), events));
    })
  );
});

test('nothing new leaves the view as it is', () => {
  const view = happened(before(), [event(1, 'step', 'a', { state: 'running', attempt: 1 })]);
  expect(happened(view, [event(1, 'step', 'a', { state: 'failed', attempt: 1 })])).toBe(view);
  expect(happened(view, [{ ...event(2, 'run', '', { state: 'failed' }), run_id: 'other' }])).toBe(view);
});

test('a run that is queued begins and ends, and its past does not come back', () => {
  const queued = seen({ ...RUN, state: 'queued' } as Run, [], null);
  const states = (view: IRunView) =>
    ['queued', 'running', 'succeeded', 'running'].map(
      (state, at) => (view = happened(view, [event(at + 1, 'run', '', { state })])).state
    );
  expect(states(queued)).toEqual(['queued', 'running', 'succeeded', 'succeeded']);
  expect(states(before())).toEqual(['running', 'running', 'succeeded', 'succeeded']);
});

test('a step that nothing happened to stays the same object', () => {
  const view = before();
  const next = happened(view, [event(1, 'progress', 'a', { fraction: 0.5, message: 'half' })]);
  expect(next.steps.b).toBe(view.steps.b);
  expect(next.steps.a.progress).toEqual({ at: 0.5, text: 'half' });
});

test('counts of rows arrive with the events, and the rest of an output with the steps', () => {
  const view = happened(before(), [event(1, 'step', 'a', { state: 'succeeded', attempt: 1, rows: { table: 7 } })]);
  expect(view.steps.a.outputs?.table.rows).toBe(7);
  const whole = { table: { kind: 'table', format: 'arrow', rows: 7, bytes: 9, columns: [], name: '', hash: 'h' } };
  const fresh = seen(RUN, [step('a', { state: 'succeeded', attempt: 1, outputs: whole }), step('b')], view);
  expect(fresh.steps.a.outputs?.table.hash).toBe('h');
});

test('an older answer of the service takes nothing back that events have told', () => {
  const view = happened(before(), [
    event(1, 'step', 'a', { state: 'running', attempt: 2 }),
    event(2, 'run', '', { state: 'succeeded' })
  ]);
  const late = seen(RUN, [step('a', { state: 'waiting', attempt: 1 }), step('b')], view);
  expect([late.steps.a.state, late.steps.a.attempt, late.state, late.live]).toEqual(['running', 2, 'succeeded', false]);
});

test('an attempt begins with an empty log, and without the failure of the one before', () => {
  const failure = { code: 'user', message: 'no' };
  const view = happened(before(), [
    event(1, 'log', 'a', { text: 'first' }),
    event(2, 'step', 'a', { state: 'waiting', attempt: 1, failure }),
    event(3, 'step', 'a', { state: 'submitted', attempt: 2 }),
    event(4, 'log', 'a', { text: 'second\nthird\n' })
  ]);
  expect(view.logs.a.lines).toEqual(['second', 'third']);
  expect(view.steps.a.failure).toBeNull();
});

test('of a long log the end is kept', () => {
  const text = Array.from({ length: MOST_LINES + 3 }, (_, at) => `line ${at}`).join('\n');
  const { logs } = happened(before(), [event(1, 'log', 'a', { text })]);
  expect([logs.a.lines.length, logs.a.dropped, logs.a.lines[0]]).toEqual([MOST_LINES, 3, 'line 3']);
});
