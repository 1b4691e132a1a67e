/** Finding nodes by what they are called and what they hold. */

import type { components } from '../_generated/api';
import { type ICard, titleOf } from './cards';

export interface IFound {
  readonly node: string;
  /** The words in which the text was found. */
  readonly text: string;
}

type Columns = components['schemas']['Validated']['schemas'];

/** Cards whose name, type, id, settings, code or columns match, each once. */
export function findCards(cards: Iterable<ICard>, query: RegExp, columns: Columns = {}): IFound[] {
  // A global expression remembers where it stopped, which is of no use for the next text.
  const once = new RegExp(query.source, query.flags.replace(/[gy]/g, ''));
  return [...cards].flatMap(card => {
    const text = [...texts(card, columns)].find(one => once.test(one));
    return text === undefined ? [] : [{ node: card.id, text }];
  });
}

function* texts(card: ICard, columns: Columns): Generator<string> {
  const { node } = card;
  yield* [titleOf(card), card.typeName, node.type, node.id, node.description ?? ''];
  yield* leaves(node.params);
  yield* node.source ?? [];
  for (const port of Object.values(columns[node.id] ?? {})) {
    yield* (port ?? []).map(column => column.name);
  }
}

function* leaves(value: unknown): Generator<string> {
  if (typeof value === 'object' && value !== null) {
    for (const item of Object.values(value)) {
      yield* leaves(item);
    }
  } else if (value !== undefined && value !== null) {
    yield String(value);
  }
}
