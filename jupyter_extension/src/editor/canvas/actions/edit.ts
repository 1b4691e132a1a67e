import { clipOf, clipText, type IClip, type ISelected, parseClip, renamed } from '../../../model/clipboard';
import type { IPlace } from '../../../model/flow';
import { type IPoint, toUnits } from '../../../model/grid';
import type { IEditor } from '../../context';
import { currentCards } from '../cards';
import { canvasOf } from '../state';
import { hint, NOTE, select, selected } from './select';

/** Where the browser keeps its clipboard from us, copying still works within the window. */
let remembered = '';

export function undo(editor: IEditor): void {
  editor.document.undo();
}

export function redo(editor: IEditor): void {
  editor.document.redo();
}

export function remove(editor: IEditor): void {
  const { nodes, edges, notes, groups } = selected(editor);
  const { document } = editor;
  document.together(() => {
    document.removeEdges(edges);
    document.removeNodes(nodes);
    document.removeNotes(notes);
    document.removeGroups(groups);
  });
  select(editor, []);
  canvasOf(editor).surface?.focus();
}

export async function copy(editor: IEditor): Promise<void> {
  const chosen = selected(editor);
  if (chosen.nodes.length + chosen.notes.length) {
    await writeClipboard(clipText(clipOf(editor.document.flow, chosen, places(editor))));
    const { trans } = editor;
    const [nodes, notes] = [chosen.nodes.length, chosen.notes.length];
    const words = nodes
      ? trans._n('Copied %1 node.', 'Copied %1 nodes.', nodes, nodes)
      : trans._n('Copied %1 note.', 'Copied %1 notes.', notes, notes);
    hint(editor, words);
  }
}

export async function cut(editor: IEditor): Promise<void> {
  await copy(editor);
  remove(editor);
}

export async function paste(editor: IEditor): Promise<void> {
  const clip = parseClip(await readClipboard());
  if (!clip) {
    return hint(editor, editor.trans.__('There are no copied nodes on the clipboard. Copy some first.'));
  }
  const surface = canvasOf(editor).surface;
  insert(editor, clip, toUnits(surface?.toFlow(surface.pointer() ?? surface.centre()) ?? { x: 0, y: 0 }));
}

export function duplicate(editor: IEditor): void {
  const chosen: ISelected = selected(editor);
  const clip = clipOf(editor.document.flow, chosen, places(editor));
  const all = [...Object.values(clip.layout), ...clip.notes];
  if (all.length) {
    const corner = { x: Math.min(...all.map(place => place.x)), y: Math.min(...all.map(place => place.y)) };
    insert(editor, clip, { x: corner.x + 2, y: corner.y + 2 });
  }
}

function insert(editor: IEditor, clip: IClip, corner: IPoint): void {
  const { document } = editor;
  const made = renamed(clip, document.flow, corner);
  document.together(() => {
    made.nodes.forEach(node => document.addNode(node, made.layout[node.id]));
    made.edges.forEach(edge => document.addEdge(edge));
    made.notes.forEach(note => document.setNote(note));
    made.groups.forEach(group => document.setGroup(group));
  });
  select(
    editor,
    made.nodes.map(node => node.id),
    made.notes.map(note => NOTE + note.id)
  );
  canvasOf(editor).surface?.focus(made.nodes[0]?.id);
}

function places(editor: IEditor): Record<string, IPlace> {
  const { layout } = editor.document.flow;
  return Object.fromEntries(
    [...currentCards(editor).values()].map(card => [card.id, { ...layout[card.id], ...toUnits(card) }])
  );
}

async function writeClipboard(text: string): Promise<void> {
  remembered = text;
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // Refused, or no secure context: what is remembered still serves this window.
  }
}

async function readClipboard(): Promise<string> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return remembered;
  }
}
