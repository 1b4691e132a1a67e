import type { TranslationBundle } from '@jupyterlab/translation';

import { type ICard, titleOf } from '../../model/cards';
import { rowsText } from '../../model/measure';
import type { IStepView } from '../../model/run';
import type { Stale } from '../../model/stale';
import { stateWord } from '../../model/stateWord';
import type { Cards, Refusal } from '../../model/wiring';

/** "Read CSV, Bank statement, succeeded, 1,204 rows": what a screen reader says of a node. */
export function cardWords(trans: TranslationBundle, card: ICard, step: IStepView | undefined, stale: string): string {
  const title = titleOf(card);
  const rows = rowsOf(step);
  return [
    card.typeName,
    ...(title === card.typeName ? [] : [title]),
    ...(step ? [stateWord(trans, step.state).toLowerCase()] : []),
    ...(step?.progress ? [trans.__('%1 percent', Math.round(step.progress.at * 100))] : []),
    ...(rows === null ? [] : [rowsText(trans, rows)]),
    ...(stale ? [stale.toLowerCase()] : []),
    ...(step?.failure ? [step.failure.message] : []),
    ...card.problems.slice(0, 1).map(problem => trans.__('problem: %1', problem.message))
  ].join(', ');
}

/** How many rows a step made; null if it made no table. */
function rowsOf(step: IStepView | undefined): number | null {
  const counts = Object.values(step?.outputs ?? {}).flatMap(output => output.rows ?? []);
  return counts.length ? counts.reduce((sum, rows) => sum + rows) : null;
}

/** Why what a node shows of the run is not what it would make now. */
export function staleWords(trans: TranslationBundle, stale: Stale): string {
  return stale === 'own' ? trans.__('Edited since this run') : trans.__('What comes in was edited since this run');
}

export function conditionWords(trans: TranslationBundle, when: string | undefined): string {
  return when === 'failure' ? trans.__('if it fails') : when === 'always' ? trans.__('always') : '';
}

export function refusalWords(trans: TranslationBundle, refused: Refusal, cards: Cards): string {
  switch (refused.why) {
    case 'self':
      return trans.__('A node cannot feed itself.');
    case 'circle':
      return trans.__('That would make a circle: what follows this node already leads to it.');
    case 'twice':
      return trans.__('This wire is already there.');
    case 'mixed':
      return trans.__('Wire a port to a port, or a node to a node.');
    case 'gone':
      return trans.__('The node has no such port.');
    case 'kind':
      return trans.__('The output gives a %1, but the input takes a %2.', refused.gives, refused.takes);
    case 'taken': {
      const card = cards.get(refused.by);
      return trans.__(
        'This input already gets its data from "%1". Remove that wire first.',
        card ? titleOf(card) : refused.by
      );
    }
  }
}
