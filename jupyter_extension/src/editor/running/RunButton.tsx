import { ReactWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { caretDownIcon, runIcon, ToolbarButtonComponent } from '@jupyterlab/ui-components';
import type { CommandRegistry } from '@lumino/commands';
import { Menu } from '@lumino/widgets';

/** What the menu beside *Run* offers, in this order; `-` is a line. */
const MENU = [
  'run-changed',
  'run-all',
  '-',
  'run-to-node',
  'run-from-node',
  'run-only-node',
  '-',
  'run-with-inputs',
  'retry-run'
];

/** Runs what has changed; its menu has the other ways to run. Part of the first bundle: it knows commands alone. */
export class RunButton extends ReactWidget {
  constructor(
    private readonly commands: CommandRegistry,
    private readonly trans: TranslationBundle
  ) {
    super();
    this.addClass('mr-RunButton');
  }

  dispose(): void {
    this.menu?.dispose();
    super.dispose();
  }

  protected render(): JSX.Element {
    return (
      <>
        <ToolbarButtonComponent
          icon={runIcon}
          label={this.trans.__('Run')}
          tooltip={this.trans.__('Run the flow; steps whose code, settings and inputs are the same keep their results')}
          noFocusOnClick
          onClick={() => void this.commands.execute('millrace:run-changed')}
        />
        <ToolbarButtonComponent
          className="mr-RunButton-more"
          icon={caretDownIcon}
          tooltip={this.trans.__('Other ways to run')}
          noFocusOnClick
          onClick={() => this.openMenu()}
        />
      </>
    );
  }

  private openMenu(): void {
    this.menu?.dispose();
    this.menu = new Menu({ commands: this.commands });
    MENU.forEach(name => this.menu!.addItem(name === '-' ? { type: 'separator' } : { command: `millrace:${name}` }));
    // The keys of the canvas are to be heard again afterwards.
    const before = document.activeElement;
    this.menu.aboutToClose.connect(() => before instanceof HTMLElement && before.focus());
    const { left, bottom } = this.node.getBoundingClientRect();
    this.menu.open(left, bottom);
  }

  private menu: Menu | null = null;
}
