import type { ICard } from '../../../model/cards';
import { flowOrder } from '../../../model/graph';
import { type Direction, steer } from '../../../model/steer';
import type { IEditor } from '../../context';
import { showPane } from '../../panes';
import { currentCards } from '../cards';
import { canvasOf } from '../state';
import { write } from './note';
import { currentNode, isMark, select } from './select';

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
  const from = currentNode(editor);
  const to =
    from === undefined ? orderedCards(editor)[0]?.id : steer(cards, editor.document.flow.edges, from, direction);
  if (to !== undefined) {
    editor.view.current?.reveal(to);
  }
}

/** Adds the focused node, note or group to what is selected, or takes it out. */
export function toggleSelected(editor: IEditor): void {
  const { store, surface } = canvasOf(editor);
  const focused = surface?.focused();
  if (focused) {
    const chosen = new Set([...editor.store.getState().selection, ...store.getState().marks]);
    if (!chosen.delete(focused)) {
      chosen.add(focused);
    }
    const [nodes, marks] = [[...chosen].filter(id => !isMark(id)), [...chosen].filter(isMark)];
    select(editor, nodes, marks);
  }
}

/** Brings the keyboard to the settings of the focused node, or to the text of the focused note or group. */
export function openSettings(editor: IEditor): void {
  const { surface } = canvasOf(editor);
  const node = currentNode(editor);
  if (!node) {
    write(editor);
  } else {
    select(editor, [node]);
    showPane(editor, 'settings');
    surface?.focusSettings();
  }
}
