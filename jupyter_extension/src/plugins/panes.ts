import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';

import { isShown, togglePane } from '../editor/panes';
import type { PaneName } from '../editor/session';
import { IFlowTracker } from './tokens';

/** Shows and hides what stands around the canvas; keys and the View menu are in `schema/panes.json`. */
export const panes: JupyterFrontEndPlugin<void> = {
  id: 'millrace:panes',
  description: 'Shows and hides the panes around the canvas.',
  autoStart: true,
  requires: [IFlowTracker],
  optional: [ICommandPalette, ITranslator],
  activate: (
    { commands, shell }: JupyterFrontEnd,
    tracker: IFlowTracker,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('millrace');
    const editor = () =>
      shell.currentWidget === tracker.currentWidget ? (tracker.currentWidget?.editor ?? null) : null;
    labelsOf(trans).forEach(([pane, label]) => {
      const command = `millrace:toggle-${pane}`;
      commands.addCommand(command, {
        label,
        describedBy: { args: { type: 'object', properties: {} } },
        isToggleable: true,
        isToggled: () => {
          const open = editor();
          return open !== null && isShown(open, pane);
        },
        isEnabled: () => editor() !== null,
        isVisible: () => editor() !== null,
        execute: () => {
          const open = editor();
          if (open) {
            togglePane(open, pane);
            commands.notifyCommandChanged(command);
          }
        }
      });
      palette?.addItem({ command, category: trans.__('Millrace flow') });
    });
  }
};

function labelsOf(trans: TranslationBundle): readonly (readonly [PaneName, string])[] {
  return [
    ['palette', trans.__('Show Components')],
    ['settings', trans.__('Show Settings of Nodes')],
    ['data', trans.__('Show Data of Nodes')]
  ];
}
