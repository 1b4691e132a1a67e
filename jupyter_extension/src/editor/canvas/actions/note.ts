import { newMarkId } from '../../../model/clipboard';
import type { IGroup, INote } from '../../../model/flow';
import { LEAST_NOTE, noteSize, toUnits } from '../../../model/grid';
import type { Direction } from '../../../model/steer';
import type { IEditor } from '../../context';
import { canvasOf } from '../state';
import { STEPS } from './place';
import { currentMark, GROUP, hint, NOTE, select, selected } from './select';

/** A new note at the pointer, ready to be written. */
export function addNote(editor: IEditor): void {
  const { store, surface } = canvasOf(editor);
  const at = toUnits(surface?.toFlow(surface.pointer() ?? surface.centre()) ?? { x: 0, y: 0 });
  const id = newMarkId('n', editor.document.flow.notes);
  editor.document.together(() => editor.document.setNote({ id, text: [], ...at, width: 10, height: 4 }));
  select(editor, [], [NOTE + id]);
  store.setState({ writing: NOTE + id });
}

/** Puts a frame around the selected nodes, and asks for its name. */
export function addGroup(editor: IEditor): void {
  const { nodes } = selected(editor);
  const { document, trans } = editor;
  if (!nodes.length) {
    return hint(editor, trans.__('Select the nodes that belong together, then group them.'));
  }
  const id = newMarkId('g', document.flow.groups);
  document.setGroup({ id, name: trans.__('Group'), nodes: [...nodes] });
  select(editor, nodes, [GROUP + id]);
  canvasOf(editor).store.setState({ writing: GROUP + id });
}

/** Removes the selected frames, or those around the selected nodes. The nodes stay. */
export function ungroup(editor: IEditor): void {
  const { nodes, groups } = selected(editor);
  const all = editor.document.flow.groups as IGroup[];
  const around = all.filter(({ id, nodes: members }) =>
    groups.length ? groups.includes(id) : members?.some(member => nodes.includes(member))
  );
  editor.document.removeGroups(around.map(group => group.id));
  canvasOf(editor).store.setState({ marks: [] });
}

/** Edits the text of a note or group. */
export function write(editor: IEditor): void {
  const mark = currentMark(editor);
  if (mark) {
    canvasOf(editor).store.setState({ writing: mark });
  }
}

/** Makes a note larger (down, right) or smaller (up, left) by one unit of the grid. */
export function resizeNote(editor: IEditor, direction: Direction): void {
  const { document } = editor;
  const mark = currentMark(editor);
  const note = (document.flow.notes as INote[]).find(({ id }) => NOTE + id === mark);
  if (note) {
    const [size, step] = [noteSize(note), STEPS[direction]];
    const width = Math.max(LEAST_NOTE.width, size.width + step.x);
    const height = Math.max(LEAST_NOTE.height, size.height + step.y);
    document.together(() => document.setNote({ ...note, width, height }));
  }
}

export function setNoteText(editor: IEditor, note: INote, text: string): void {
  editor.document.together(() => editor.document.setNote({ ...note, text: text.split('\n') }));
}
