import {
  checkIcon,
  circleEmptyIcon,
  closeIcon,
  duplicateIcon,
  fastForwardIcon,
  historyIcon,
  infoIcon,
  type LabIcon,
  refreshIcon,
  stopIcon
} from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import { usePanel } from '../context';

const ICONS: Record<string, LabIcon> = {
  queued: circleEmptyIcon,
  blocked: circleEmptyIcon,
  ready: circleEmptyIcon,
  submitted: circleEmptyIcon,
  running: refreshIcon,
  waiting: historyIcon,
  succeeded: checkIcon,
  reused: duplicateIcon,
  failed: closeIcon,
  cancelled: stopIcon,
  skipped: fastForwardIcon,
  unknown: infoIcon
};

/** The state of a run or a step: icon, colour and word. */
export function StateMark({ state }: { state: string }): JSX.Element {
  const { trans } = usePanel();
  const icon = ICONS[state] ?? infoIcon;
  return (
    <span className={`mr-State mr-mod-${state}`}>
      <icon.react tag="span" className="mr-State-icon" aria-hidden="true" />
      <span>{stateWord(state, trans)}</span>
    </span>
  );
}

export function stateWord(state: string, trans: TranslationBundle): string {
  const words: Record<string, string> = {
    queued: trans.__('Queued'),
    blocked: trans.__('Waits for others'),
    ready: trans.__('Ready'),
    submitted: trans.__('Submitted'),
    running: trans.__('Running'),
    waiting: trans.__('Waiting'),
    succeeded: trans.__('Succeeded'),
    reused: trans.__('Reused'),
    failed: trans.__('Failed'),
    cancelled: trans.__('Cancelled'),
    skipped: trans.__('Skipped'),
    unknown: trans.__('Unknown')
  };
  return words[state] ?? state;
}
