import type { TranslationBundle } from '@jupyterlab/translation';
import type { Contents } from '@jupyterlab/services';
import type { CommandRegistry } from '@lumino/commands';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';

import type { Client } from '../api/client';
import type { LabServer } from '../api/labServer';
import type { Stream } from '../api/stream';

/** What somebody looks at in a panel. */
export interface IPanelView {
  /** Whether the panel is in sight: what is hidden asks for nothing. */
  visible: boolean;
  /** Id of what is open beside the list. */
  chosen: string | null;
  /** Of the chosen run: the step that a link leads to. */
  step: string | null;
  /** Flow id that a list begins with; empty for all. */
  flow: string;
}

/** What a panel stands on: the service, and JupyterLab. */
export interface IPanel {
  readonly client: Client;
  readonly lab: LabServer;
  readonly stream: Stream;
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
  readonly contents: Contents.IManager;
  readonly view: StoreApi<IPanelView>;
}

export type PanelParts = Omit<IPanel, 'view'>;

export const PanelContext = createContext<IPanel | null>(null);

export function usePanel(): IPanel {
  const panel = useContext(PanelContext);
  if (!panel) {
    throw new Error('No panel around this component.');
  }
  return panel;
}

export function usePanelView<T>(select: (view: IPanelView) => T): T {
  return useStore(usePanel().view, select);
}

export function newView(): StoreApi<IPanelView> {
  return createStore<IPanelView>(() => ({ visible: false, chosen: null, step: null, flow: '' }));
}
