import { cardsOf, type ICard } from '../../model/cards';
import type { IEditor } from '../context';

interface IMade {
  readonly from: readonly unknown[];
  readonly cards: ReadonlyMap<string, ICard>;
}

const made = new WeakMap<IEditor, IMade>();

/** The cards of the document as it is now; the same map as long as nothing changed that they show. */
export function currentCards(editor: IEditor): ReadonlyMap<string, ICard> {
  const { flow } = editor.document;
  const { components, checked } = editor.store.getState();
  const from = [flow, components, checked];
  const known = made.get(editor);
  if (known?.from.every((part, index) => part === from[index])) {
    return known.cards;
  }
  const cards = cardsOf(flow, { components, checked }, known?.cards ?? new Map());
  made.set(editor, { from, cards });
  return cards;
}
