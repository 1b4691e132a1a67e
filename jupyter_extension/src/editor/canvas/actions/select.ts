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

/** What is selected and still there; where nothing is, the node that has the keyboard's focus. */
export function selected(editor: IEditor): ISelectedParts {
  const { flow } = editor.document;
  const { edges, marks } = canvasOf(editor).store.getState();
  const ids = edgeIds(flow.edges);
  const nodes = editor.store.getState().selection.filter(id => editor.document.node(id));
  const focused = nodes.length + edges.length + marks.length ? null : canvasOf(editor).surface?.focused();
  const marked = (prefix: string) => marks.flatMap(id => (id.startsWith(prefix) ? [id.slice(prefix.length)] : []));
  return {
    nodes: focused ? [focused] : nodes,
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
