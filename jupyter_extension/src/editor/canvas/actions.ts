import type { Alignment } from '../../model/arrange';
import type { Direction } from '../../model/steer';
import type { IEditor } from '../context';
import { addOffer } from './actions/add';
import * as edit from './actions/edit';
import * as look from './actions/look';
import * as note from './actions/note';
import { quickAdd } from './actions/pick';
import * as place from './actions/place';
import { selectAll, selectNothing } from './actions/select';
import { connectTo, listWires, setWhen, type When } from './actions/wire';

export interface IArgs {
  direction?: Direction;
  to?: string;
  axis?: 'x' | 'y';
  when?: When;
  component?: string;
}

/** What commands do on the canvas of an open flow, by the second half of their ids. */
export const actions: Record<string, (editor: IEditor, args: IArgs) => void | Promise<void>> = {
  'undo-edit': edit.undo,
  'redo-edit': edit.redo,
  'delete-selection': edit.remove,
  'cut-nodes': edit.cut,
  'copy-nodes': edit.copy,
  'paste-nodes': edit.paste,
  'duplicate-nodes': edit.duplicate,
  'select-all-nodes': selectAll,
  'clear-selection': selectNothing,
  'align-nodes': (editor, { to }) => place.align(editor, to as Alignment),
  'distribute-nodes': (editor, { axis }) => place.distribute(editor, axis ?? 'x'),
  'arrange-nodes': place.tidy,
  'move-nodes': (editor, { direction }) => place.nudge(editor, direction!),
  'move-focus': (editor, { direction }) => look.moveFocus(editor, direction!),
  'toggle-node': look.toggleSelected,
  'open-settings': look.openSettings,
  'fit-flow': look.fit,
  'zoom-flow': (editor, { to }) => look.zoom(editor, to as 'in' | 'out' | 'actual'),
  'toggle-minimap': look.toggleMinimap,
  'add-node': (editor, { component }) => (component ? addOffer(editor, component) : quickAdd(editor)),
  'add-note': note.addNote,
  'write-text': note.write,
  'resize-note': (editor, { direction }) => note.resizeNote(editor, direction!),
  'group-nodes': note.addGroup,
  'ungroup-nodes': note.ungroup,
  'connect-node': connectTo,
  'list-wires': listWires,
  'set-wire-condition': (editor, { when }) => setWhen(editor, when!)
};
