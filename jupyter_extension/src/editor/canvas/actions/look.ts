import type { ICard } from '../../../model/cards';
import { flowOrder } from '../../../model/graph';
import { type Direction, steer } from '../../../model/steer';
import type { IEditor } from '../../context';
import { currentCards } from '../cards';
import { showPane } from '../../panes';
import { canvasOf } from '../state';
import { select, selected } from './select';

export function fit(editor: IEditor): void {
  editor.view.current?.fit();
}

export function zoom(editor: IEditor, to: 'in' | 'out' | 'actual'): void {
  canvasOf(editor).surface?.zoom(to);
}

export function toggleMinimap(editor: IEditor): void {
  const { store } = canvasOf(editor);
  store.setState({ minimap: !store.getState().minimap });
}

/** Cards in the order in which they run. */
export function orderedCards(editor: IEditor): ICard[] {
  const cards = currentCards(editor);
  return flowOrder(editor.document.flow, id => cards.get(id)?.y ?? 0).map(id => cards.get(id)!);
}

/** Moves the keyboard's focus along the wires, or to the node above or below. */
export function moveFocus(editor: IEditor, direction: Direction): void {
  const cards = currentCards(editor);
  const from = canvasOf(editor).surface?.focused() ?? selected(editor).nodes[0];
  const to =
    from === undefined ? orderedCards(editor)[0]?.id : steer(cards, editor.document.flow.edges, from, direction);
  if (to !== undefined) {
    editor.view.current?.reveal(to);
  }
}

/** Adds the focused node to what is selected, or takes it out. */
export function toggleSelected(editor: IEditor): void {
  const node = canvasOf(editor).surface?.focused();
  const { nodes } = selected(editor);
  if (node) {
    select(editor, nodes.includes(node) ? nodes.filter(id => id !== node) : [...nodes, node]);
  }
}

/** Brings the keyboard to the settings of the focused node. */
export function openSettings(editor: IEditor): void {
  const { surface } = canvasOf(editor);
  const node = surface?.focused() ?? selected(editor).nodes[0];
  if (node) {
    select(editor, [node]);
    showPane(editor, 'settings');
    surface?.focusSettings();
  }
}
