import { titleOf } from '../../model/cards';
import type { IEditor } from '../context';
import { orderedCards } from './actions/look';

/** One line of a flow's outline. */
export interface IOutlined {
  readonly node: string;
  readonly text: string;
}

/** The nodes in flow order. */
export function outline(editor: IEditor): IOutlined[] {
  return orderedCards(editor).map(card => ({ node: card.id, text: titleOf(card) }));
}
