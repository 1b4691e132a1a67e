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

/** Shapes, so that a state is not told by its colour alone. */
const ICONS: Readonly<Record<string, LabIcon>> = {
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
  skipped: fastForwardIcon
};

/** The sign of a state, beside the word for it. */
export function StateIcon({ state }: { state: string }): JSX.Element {
  const icon = ICONS[state] ?? infoIcon;
  return (
    <span className="mr-State-icon" data-state={state} aria-hidden="true">
      <icon.react tag="span" />
    </span>
  );
}
