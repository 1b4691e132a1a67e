import type { TranslationBundle } from '@jupyterlab/translation';
import {
  checkIcon,
  circleEmptyIcon,
  closeIcon,
  type LabIcon,
  ReactWidget,
  refreshIcon
} from '@jupyterlab/ui-components';
import type { Menu } from '@lumino/widgets';

import type { IServiceTold } from '../api/labServer';

const ICONS: Record<string, LabIcon> = {
  ready: checkIcon,
  starting: refreshIcon,
  restarting: refreshIcon,
  down: circleEmptyIcon
};

/** How the service is, in the status bar; a click offers what can be done. */
export class ServiceItem extends ReactWidget {
  /** Null while the Jupyter server cannot be reached; undefined until it has said something. */
  told: IServiceTold | null | undefined;

  constructor(
    private readonly menu: Menu,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('mr-ServiceItem');
  }

  tell(told: IServiceTold | null): void {
    this.told = told;
    this.update();
  }

  protected render(): JSX.Element {
    const away = this.told === null || this.told?.failed;
    const icon = away ? closeIcon : ICONS[this.told?.state ?? 'down'];
    const words = serviceWords(this.told, this.trans);
    return (
      <button
        type="button"
        aria-haspopup="menu"
        title={this.told?.why || words}
        onClick={event => {
          const { left, top } = event.currentTarget.getBoundingClientRect();
          this.menu.open(left, top, { forceY: false });
        }}
      >
        <span
          className="mr-State-icon mr-mod-service"
          data-state={away ? 'away' : (this.told?.state ?? 'down')}
          aria-hidden="true"
        >
          <icon.react tag="span" />
        </span>
        <span aria-live="polite">{words}</span>
      </button>
    );
  }
}

export function serviceWords(told: IServiceTold | null | undefined, trans: TranslationBundle): string {
  if (told === null) {
    return trans.__('Millrace: JupyterLab’s server does not answer');
  }
  if (told?.failed) {
    return trans.__('Millrace cannot start');
  }
  const words: Record<string, string> = {
    ready: trans.__('Millrace is ready'),
    starting: trans.__('Millrace is starting…'),
    restarting: trans.__('Millrace is restarting…'),
    down: trans.__('Millrace is at rest')
  };
  return words[told?.state ?? 'down'] ?? trans.__('Millrace');
}
