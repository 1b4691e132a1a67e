import type { IWidgetTracker } from '@jupyterlab/apputils';
import { Token } from '@lumino/coreutils';

import type { Client } from '../api/client';
import type { LabServer } from '../api/labServer';
import type { Stream } from '../api/stream';
import type { FlowWidget } from '../document/widget';

/** The one way from this window to the service. */
export interface IService {
  readonly client: Client;
  readonly lab: LabServer;
  readonly stream: Stream;
}

export const IService = new Token<IService>('millrace:IService', 'The Millrace service: its API and its events.');

/** The open flows. `tracker.currentWidget?.editor` is what a command acts on. */
export type IFlowTracker = IWidgetTracker<FlowWidget>;

export const IFlowTracker = new Token<IFlowTracker>('millrace:IFlowTracker', 'The open flows.');
