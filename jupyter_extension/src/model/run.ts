/** A run as the canvas shows it. */

import type { components } from '../_generated/api';

type Schemas = components['schemas'];
export type StepShown = Schemas['StepShown'];
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
}
