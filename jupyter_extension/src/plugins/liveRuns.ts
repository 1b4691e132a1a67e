import { showErrorMessage } from '@jupyterlab/apputils';
import type { IRunningSessions } from '@jupyterlab/running';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Signal } from '@lumino/signaling';

import { answer, type Schemas } from '../api/client';
import { patiently } from '../api/patiently';
import { watchRuns } from '../api/watchRuns';
import { flowIcon } from './icons';
import type { IService } from './tokens';

/** The runs that go on, among JupyterLab's running sessions. A service that is not there is not started for them. */
export class LiveRuns implements IRunningSessions.IManager {
  readonly name: string;
  readonly runningChanged = new Signal<this, void>(this);
  readonly shutdownLabel: string;
  readonly shutdownAllLabel: string;
  readonly shutdownAllConfirmationText: string;

  constructor(
    private readonly service: IService,
    private readonly commands: CommandRegistry,
    private readonly trans: TranslationBundle
  ) {
    this.name = trans.__('Flow runs');
    this.shutdownLabel = trans.__('Stop');
    this.shutdownAllLabel = trans.__('Stop All');
    this.shutdownAllConfirmationText = trans.__('Stop all runs of flows, those of schedules included?');
    service.stream.serviceChanged.connect((_, told) => this.follow(told?.state === 'ready'));
  }

  running(): IRunningSessions.IRunningItem[] {
    return this.runs.map(run => ({
      open: () => void this.commands.execute('millrace:open-runs', { run: run.run_id }),
      shutdown: () => void this.stop([run]),
      icon: () => flowIcon,
      label: () => run.flow || run.flow_id,
      labelTitle: () => run.run_id,
      detail: () => run.state
    }));
  }

  refreshRunning(): void {
    if (this.unwatch) {
      void this.load();
    }
  }

  shutdownAll(): void {
    void this.stop(this.runs);
  }

  private follow(ready: boolean): void {
    if (ready && !this.unwatch) {
      this.unwatch = watchRuns(this.service.stream, () => void this.load());
    } else if (!ready) {
      this.unwatch?.();
      this.unwatch = null;
      this.show([]);
    }
  }

  private async load(): Promise<void> {
    const query = { state: ['queued', 'running', 'waiting'] as Schemas['RunShown']['state'][], limit: 100 };
    const ask = () => answer(this.service.client.routes.GET('/runs', { params: { query } }));
    const mine = (this.asked = {});
    const isLatest = () => this.asked === mine && this.unwatch !== null;
    try {
      const { items } = await patiently(ask, isLatest);
      if (isLatest()) {
        this.show(items);
      }
    } catch {
      // What is listed stays until the next event; the status bar tells how the service is.
    }
  }

  private show(runs: readonly Schemas['RunShown'][]): void {
    const same = runs.length === this.runs.length && runs.every((run, at) => isSame(run, this.runs[at]));
    this.runs = runs;
    if (!same) {
      this.runningChanged.emit();
    }
  }

  private async stop(runs: readonly Schemas['RunShown'][]): Promise<void> {
    try {
      for (const { run_id } of runs) {
        const params = { path: { run_id } };
        await answer(this.service.client.routes.POST('/runs/{run_id}/cancel', { params }));
      }
    } catch (error) {
      await showErrorMessage(this.trans.__('The run goes on'), error as Error);
    }
  }

  private runs: readonly Schemas['RunShown'][] = [];
  private unwatch: (() => void) | null = null;
  private asked: object = {};
}

function isSame(a: Schemas['RunShown'], b: Schemas['RunShown']): boolean {
  return a.run_id === b.run_id && a.state === b.state;
}
