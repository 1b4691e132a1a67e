import type { Contents } from '@jupyterlab/services';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Client, Schemas } from '../api/client';
import type { LabServer } from '../api/labServer';
import type { Stream } from '../api/stream';
import type { SharedFlow } from '../document/sharedFlow';
import type { IRunView } from '../model/run';

/** The parts of the editor's window around the canvas. */
export type PaneName = 'palette' | 'settings' | 'data';

/** What a person sees and has chosen, which never goes into the file. */
export interface ISessionState {
  /** Ids of the selected nodes. */
  selection: readonly string[];
  /** All node types; null until the service has told them. */
  components: readonly Schemas['ComponentManifest'][] | null;
  /** What the service's validator says of the document as it last was; null until it has. */
  checked: Schemas['Validated'] | null;
  /** Panes that are out of sight. */
  hidden: readonly PaneName[];
  /** A line of a node's code that the settings pane is to show; null once it has. Lines begin with 1. */
  codeLine: { readonly node: string; readonly line: number } | null;
  /** The run that the canvas and the data pane show. */
  run: IRunView | null;
}

/** What others ask of the canvas. */
export interface ICanvasView {
  fit(): void;
  /** Brings a node into sight, selected and with the keyboard's focus. */
  reveal(node: string): void;
}

/** One open editor: the document, who answers for it, and what is looked at. */
export interface ISession {
  readonly document: SharedFlow;
  readonly client: Client;
  readonly stream: Stream;
  readonly lab: LabServer;
  readonly contents: Contents.IManager;
  readonly store: StoreApi<ISessionState>;
  /** The canvas, while it is drawn. */
  readonly view: { current: ICanvasView | null };
  /** Contents path of the file, which may be renamed. */
  readonly path: () => string;
}

export function newStore(): StoreApi<ISessionState> {
  return createStore<ISessionState>(() => ({
    selection: [],
    components: null,
    checked: null,
    hidden: [],
    codeLine: null,
    run: null
  }));
}
