import { edgeIds } from '../../../model/graph';
import type { Edge } from '../../../model/flow';
import type { IEditor } from '../../context';
import { canvasOf } from '../state';

export const NOTE = 'note:';
export const GROUP = 'group:';

export interface ISelectedParts {
  nodes: readonly string[];
  edges: Edge[];
  notes: string[];
  groups: string[];
}

/** Whether the canvas's id is that of a note or a group. */
export function isMark(id: string): boolean {
  return id.startsWith(NOTE) || id.startsWith(GROUP);
}

/** The node that has the keyboard's focus; else the first of those that are selected. */
export function currentNode(editor: IEditor): string | undefined {
  const focused = canvasOf(editor).surface?.focused() ?? selected(editor).nodes[0];
  return focused === undefined || isMark(focused) ? undefined : focused;
}

/** The note or group that has the keyboard's focus, by the canvas's id; else the first of those that are selected. */
export function currentMark(editor: IEditor): string | undefined {
  const focused = canvasOf(editor).surface?.focused();
  return focused && isMark(focused) ? focused : canvasOf(editor).store.getState().marks[0];
}

/** What is selected and still there; where nothing is, what has the keyboard's focus. */
export function selected(editor: IEditor): ISelectedParts {
  const { flow } = editor.document;
  const { edges, marks } = canvasOf(editor).store.getState();
  const ids = edgeIds(flow.edges);
  const nodes = editor.store.getState().selection.filter(id => editor.document.node(id));
  const focused = nodes.length + edges.length + marks.length ? null : canvasOf(editor).surface?.focused();
  const parts = focused ? [focused] : [...nodes, ...marks];
  const marked = (prefix: string) => parts.flatMap(id => (id.startsWith(prefix) ? [id.slice(prefix.length)] : []));
  return {
    nodes: parts.filter(id => !isMark(id)),
    edges: flow.edges.filter((_, index) => edges.includes(ids[index])),
    notes: marked(NOTE),
    groups: marked(GROUP)
  };
}

/** Selects nodes, and marks if given, in place of what was selected. */
export function select(editor: IEditor, nodes: readonly string[], marks: readonly string[] = []): void {
  canvasOf(editor).store.setState({ edges: [], marks });
  editor.store.setState({ selection: nodes });
}

export function selectAll(editor: IEditor): void {
  const { nodes, notes, groups } = editor.document.flow;
  const marks = [...notes.map(note => NOTE + String(note.id)), ...groups.map(group => GROUP + String(group.id))];
  select(
    editor,
    nodes.map(node => node.id),
    marks
  );
}

export function selectNothing(editor: IEditor): void {
  select(editor, []);
  canvasOf(editor).store.setState({ hint: '', picking: null });
}

export function hint(editor: IEditor, words: string): void {
  canvasOf(editor).store.setState({ hint: words });
}
