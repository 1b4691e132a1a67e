import { Signal } from '@lumino/signaling';
import { UUID } from '@lumino/coreutils';
import { createStore, type StoreApi } from 'zustand/vanilla';

import { answer, type Schemas } from '../../api/client';
import { patiently } from '../../api/patiently';
import { watchRuns } from '../../api/watchRuns';
import { happened, isEnded, isLive, type IRunView, type Run, seen } from '../../model/run';
import type { IEditor } from '../context';
import { follow } from './follower';
import { askRun, askRuns, SHOWN_RUNS, startDraft } from './runCalls';

/** Milliseconds between two questions for what the steps have made. */
const LOOK_EVERY = 1000;

export type Part = 'all' | 'changed' | 'to' | 'from' | 'only';

export interface IRunningState {
  /** A run is being asked for. */
  readonly starting: boolean;
  /** Why the last thing that was asked for did not happen. */
  readonly trouble: unknown;
  /** Values of the flow's inputs as they were given last. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** The flow's latest runs, the newest first. */
  readonly runs: readonly Run[];
}

/** Starts, stops and follows the runs of one open flow; `editor.store` has the one that is shown. */
export class Running {
  readonly store: StoreApi<IRunningState> = createStore<IRunningState>(() => ({
    starting: false,
    trouble: null,
    inputs: {},
    runs: []
  }));
  /** A run that was followed has ended. */
  readonly ended = new Signal<this, IRunView>(this);

  constructor(private readonly editor: IEditor) {}

  /** Shows the flow's last run, or goes on with the one that was shown. */
  async open(): Promise<void> {
    this.isOpen = true;
    this.editor.stream.serviceChanged.connect(this.onService, this);
    // Runs are started elsewhere, too. What cannot be listed now is listed when the next one changes.
    this.unwatch = watchRuns(this.editor.stream, () => void this.list().catch(() => undefined));
    await this.reopen();
  }

  private async reopen(): Promise<void> {
    const shown = this.editor.store.getState().run;
    await this.noted(async () => {
      await this.list();
      const last = shown?.runId ?? this.store.getState().runs[0]?.run_id;
      if (last) {
        await this.show(last);
      }
    });
  }

  /** Follows nothing any more, until it is opened again. */
  close(): void {
    this.isOpen = false;
    this.editor.stream.serviceChanged.disconnect(this.onService, this);
    this.unwatch();
    this.stopFollowing();
  }

  /** A run of the document as it is now. Ctrl+S is not needed: a draft is run as it is shown. */
  start(part: Part, node?: string, inputs = this.store.getState().inputs): Promise<boolean> {
    this.store.setState({ inputs });
    const asked = {
      inputs: { ...inputs },
      fresh: part === 'all',
      ...((part === 'to' || part === 'only') && { to: node }),
      ...((part === 'from' || part === 'only') && { from: node })
    };
    return this.begin(key => startDraft(this.editor, key, asked));
  }

  /**
   * A run in place of the shown one: from a node on, or of what did not succeed. From a node on, that of a draft is of
   * the document as it is now, for whoever retries there has mended it; the rest is of the run's own document.
   */
  retry(from?: string, fresh = false): Promise<boolean> {
    const { run } = this.editor.store.getState();
    if (run && from !== undefined && run.run.revision_id === null) {
      const asked = { inputs: run.run.inputs, from, origin_run: run.runId, fresh };
      return this.begin(key => startDraft(this.editor, key, asked));
    }
    return this.begin(key => {
      const params = { path: { run_id: run?.runId ?? '' }, header: { 'Idempotency-Key': key } };
      const body: Schemas['Retry'] = { revision: 'same', fresh, ...(from !== undefined && { from }) };
      return answer(this.editor.client.routes.POST('/runs/{run_id}/retry', { params, body }));
    });
  }

  async stop(): Promise<void> {
    const run = this.editor.store.getState().run;
    if (run?.live) {
      const params = { path: { run_id: run.runId } };
      await this.noted(async () => {
        const told = await patiently(() => answer(this.editor.client.routes.POST('/runs/{run_id}/cancel', { params })));
        this.change(view => seen(told, stepsOf(view), view));
      });
    }
  }

  /** Shows a run, and follows it if it goes on. */
  async show(runId: string): Promise<void> {
    this.stopFollowing();
    const asked = (this.asked = {});
    const view = await this.look(runId);
    if (this.asked !== asked || !this.isOpen) {
      return;
    }
    const known = this.editor.store.getState().run;
    this.editor.store.setState({ run: seen(view.run, view.steps, known) });
    if (isLive(view.run.state)) {
      this.follow(runId);
    }
  }

  forget(): void {
    this.store.setState({ trouble: null });
  }

  private async begin(ask: (key: string) => Promise<Run>): Promise<boolean> {
    if (this.store.getState().starting) {
      return false;
    }
    const key = UUID.uuid4();
    this.store.setState({ starting: true });
    const done = await this.noted(async () => {
      const run = await patiently(() => ask(key));
      this.store.setState(state => ({ runs: [run, ...state.runs].slice(0, SHOWN_RUNS) }));
      await this.show(run.run_id);
    });
    this.store.setState({ starting: false });
    return done;
  }

  private follow(runId: string): void {
    const after = this.editor.store.getState().run?.last ?? 0;
    this.unfollow = follow(this.editor.stream, runId, after, {
      onEvents: events => {
        this.change(view => happened(view, events));
        if (events.some(({ kind }) => kind === 'step')) {
          this.lookSoon(runId);
        }
      },
      onEnd: () => void this.onEnd(runId)
    });
  }

  /** The stream is at its end: the run is, too, or it cannot be followed so and is looked at now and then. */
  private async onEnd(runId: string): Promise<void> {
    this.stopFollowing();
    await this.noted(async () => {
      await this.refresh(runId);
      const view = this.editor.store.getState().run;
      if (view?.runId === runId && view.live && this.isOpen) {
        this.timer = setTimeout(() => void this.noted(() => this.show(runId)), 3 * LOOK_EVERY);
      } else if (view?.runId === runId) {
        this.ended.emit(view);
        await this.list();
      }
    });
  }

  /** What the steps have made is no part of the events. */
  private lookSoon(runId: string): void {
    const { run } = this.editor.store.getState();
    const lacking = Object.values(run?.steps ?? {}).some(step => isEnded(step) && !isWhole(step.outputs));
    if (lacking || !run?.live) {
      this.timer ??= setTimeout(() => {
        this.timer = null;
        void this.refresh(runId).catch(() => undefined); // the end of the run looks again
      }, LOOK_EVERY);
    }
  }

  private async refresh(runId: string): Promise<void> {
    const { run, steps } = await this.look(runId);
    this.change(view => (view.runId === runId ? seen(run, steps, view) : view));
  }

  private look(runId: string): Promise<{ run: Run; steps: Schemas['StepShown'][] }> {
    return askRun(this.editor, runId, () => this.isOpen);
  }

  private async list(): Promise<void> {
    this.store.setState({ runs: await askRuns(this.editor, () => this.isOpen) });
  }

  private change(step: (view: IRunView) => IRunView): void {
    const { run } = this.editor.store.getState();
    const next = run && step(run);
    if (next !== run) {
      this.editor.store.setState({ run: next });
    }
  }

  private stopFollowing(): void {
    this.unfollow();
    this.unfollow = () => undefined;
    clearTimeout(this.timer ?? undefined);
    this.timer = null;
  }

  /** What could not be told while the service was away is asked again. */
  private onService(_: unknown, service: { state: string } | null): void {
    if (service?.state === 'ready' && this.store.getState().trouble) {
      void this.reopen();
    }
  }

  /** Does something that may fail, and says so where people look. */
  private async noted(task: () => Promise<void>): Promise<boolean> {
    try {
      await task();
      this.store.setState({ trouble: null });
      return true;
    } catch (error) {
      if (this.isOpen) {
        this.store.setState({ trouble: error });
      }
      return false;
    }
  }

  private isOpen = false;
  private unfollow: () => void = () => undefined;
  private unwatch: () => void = () => undefined;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private asked: object = {};
}

const known = new WeakMap<IEditor, Running>();

/** What runs the flow of an editor. */
export function runningOf(editor: IEditor): Running {
  const found = known.get(editor) ?? new Running(editor);
  known.set(editor, found);
  return found;
}

function isWhole(outputs: Schemas['StepShown']['outputs'] | undefined): boolean {
  return Object.values(outputs ?? {}).length > 0 && Object.values(outputs!).every(output => output.hash !== '');
}

function stepsOf(view: IRunView): Schemas['StepShown'][] {
  return Object.values(view.steps) as Schemas['StepShown'][];
}
