import type { IThemeManager } from '@jupyterlab/apputils';
import type { IEditorServices } from '@jupyterlab/codeeditor';
import type { ICompletionProviderManager } from '@jupyterlab/completer';
import type { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import type { ISignal } from '@lumino/signaling';
import { createContext, useContext } from 'react';
import { useStore } from 'zustand';

import type { Flow } from '../model/flow';
import type { ISession, ISessionState } from './session';
import { useSignal } from './useSignal';

/** What an editor stands on: its session, and JupyterLab. */
export interface IEditor extends ISession {
  readonly trans: TranslationBundle;
  readonly commands: CommandRegistry;
  readonly editorServices: IEditorServices;
  readonly rendermime: IRenderMimeRegistry;
  readonly themeManager: IThemeManager | null;
  readonly favourites: IFavourites;
  readonly completion: ICompletionProviderManager | null;
}

/** Ids of the node types that a person has starred, kept for them and not in the flow. */
export interface IFavourites {
  readonly ids: readonly string[];
  readonly changed: ISignal<IFavourites, void>;
  toggle(id: string): void;
}

export const EditorContext = createContext<IEditor | null>(null);

export function useEditor(): IEditor {
  const editor = useContext(EditorContext);
  if (!editor) {
    throw new Error('No editor around this component.');
  }
  return editor;
}

/** The document, anew whenever it changes; parts that did not change are the same objects. */
export function useFlow(): Flow {
  const { document } = useEditor();
  return useSignal(document.changed, () => document.flow);
}

export function useSession<T>(select: (state: ISessionState) => T): T {
  return useStore(useEditor().store, select);
}
