import { checkIcon, pauseIcon } from '@jupyterlab/ui-components';

import type { Schemas } from '../../api/client';
import { usePanel } from '../context';

/** Whether a trigger is on; if not, who paused it, or why it stands still. */
export function TriggerState({ trigger }: { trigger: Schemas['TriggerShown'] }): JSX.Element {
  const { trans } = usePanel();
  const { paused } = trigger;
  const Icon = paused === null ? checkIcon : pauseIcon;
  return (
    <span className="mr-State mr-mod-wrap">
      <span className="mr-State-icon" data-state={paused === null ? 'succeeded' : 'waiting'} aria-hidden="true">
        <Icon.react tag="span" />
      </span>
      <span>{paused === null ? trans.__('On') : paused ? trans.__('Paused: %1', paused) : trans.__('Paused')}</span>
    </span>
  );
}
