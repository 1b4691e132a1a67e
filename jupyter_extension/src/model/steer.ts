/** Moving from node to node by the arrow keys. */

import type { ICard } from './cards';
import type { Edge } from './flow';
import { neighboursOf } from './graph';

export type Direction = 'up' | 'down' | 'left' | 'right';

/** The node that lies there: left and right along the wires, up and down as they lie; undefined if there is none. */
export function steer(
  cards: ReadonlyMap<string, ICard>,
  edges: readonly Edge[],
  from: string,
  direction: Direction
): string | undefined {
  const card = cards.get(from);
  if (!card) {
    return undefined;
  }
  if (direction === 'left' || direction === 'right') {
    const near = neighboursOf(edges, from)[direction === 'left' ? 'before' : 'after'];
    return nearest(
      card,
      near.flatMap(id => cards.get(id) ?? [])
    );
  }
  const sign = direction === 'up' ? -1 : 1;
  return nearest(
    card,
    [...cards.values()].filter(other => (other.y - card.y) * sign > 0)
  );
}

/** Columns count more than rows, so that going down stays in the column as long as it can. */
function nearest(card: ICard, others: readonly ICard[]): string | undefined {
  const distance = (other: ICard) => 2 * Math.abs(other.x - card.x) + Math.abs(other.y - card.y);
  return [...others].sort((a, b) => distance(a) - distance(b))[0]?.id;
}
