import type { TranslationBundle } from '@jupyterlab/translation';

import { stateWord } from '../model/stateWord';
import { StateIcon } from './StateIcon';

/** The state of a run or a step: icon, colour and word. */
export function StateMark({ state, trans }: { state: string; trans: TranslationBundle }): JSX.Element {
  return (
    <span className="mr-State" data-state={state}>
      <StateIcon state={state} />
      <span>{stateWord(trans, state)}</span>
    </span>
  );
}
