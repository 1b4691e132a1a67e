import { createStore, type StoreApi } from 'zustand/vanilla';

import type { IBox, IPoint } from '../../model/grid';
import type { IEditor } from '../context';
import type { ICanvasView } from '../session';

/** One line of a list that is searched by typing. */
export interface IPick {
  readonly id: string;
  readonly title: string;
  readonly detail?: string;
  readonly icon?: string;
  /** Further words by which it is found. */
  readonly words?: string;
}

/** A list that is open on the canvas, and what is done with what is picked of it. */
export interface IPicking {
  readonly title: string;
  readonly picks: readonly IPick[];
  /** In pixels of the window. */
  readonly at: IPoint;
  readonly query?: string;
  /** What it says when it has nothing to offer. */
  readonly empty: string;
  readonly onPick: (id: string) => void;
}

/** What is looked at on one canvas, apart from what other panes know, too. */
export interface ICanvasState {
  /** Ids of the selected wires. */
  edges: readonly string[];
  /** Selected notes and groups, as `note:ID` and `group:ID`. */
  marks: readonly string[];
  picking: IPicking | null;
  /** Nodes that a search has found; null while nobody searches. */
  found: ReadonlySet<string> | null;
  /** What the canvas says just now, such as why a wire cannot be. */
  hint: string;
  /** The note or group whose text is edited. */
  writing: string | null;
  /** The note that is pulled at a corner, as large as it is just now. */
  pulled: { readonly id: string; readonly box: IBox } | null;
  minimap: boolean;
}

/** The drawn canvas. */
export interface ISurface extends ICanvasView {
  toFlow(client: IPoint): IPoint;
  toClient(flow: IPoint): IPoint;
  /** Its middle, in pixels of the window. */
  centre(): IPoint;
  /** Where the pointer is above it, in pixels of the window. */
  pointer(): IPoint | null;
  zoom(to: 'in' | 'out' | 'actual'): void;
  /** Gives the keyboard's focus to a node, note or group, or to the canvas itself. */
  focus(id?: string): void;
  /** Brings a node into sight and selects it; the keyboard stays where it is. */
  show(node: string): void;
  /** Gives it to the first field of the settings pane. */
  focusSettings(): void;
  /** The node, note or group that has the keyboard's focus, by the canvas's id. */
  focused(): string | null;
}

export interface ICanvas {
  readonly store: StoreApi<ICanvasState>;
  surface: ISurface | null;
}

const canvases = new WeakMap<IEditor, ICanvas>();

/** The canvas of an editor; commands have it by the editor, too. */
export function canvasOf(editor: IEditor): ICanvas {
  const known = canvases.get(editor) ?? { store: createStore<ICanvasState>(() => START), surface: null };
  canvases.set(editor, known);
  return known;
}

const START: ICanvasState = {
  ...{ edges: [], marks: [], picking: null, found: null, hint: '', writing: null, pulled: null, minimap: true }
};
