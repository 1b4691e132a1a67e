import type { ICard } from '../../model/cards';
import { useEditor, useFlow, useSession } from '../context';
import { currentCards } from './cards';

/** The cards, anew whenever one of them changes. */
export function useCards(): ReadonlyMap<string, ICard> {
  useFlow();
  useSession(state => state.components);
  useSession(state => state.checked);
  return currentCards(useEditor());
}
