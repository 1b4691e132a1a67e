import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { flowIcon } from './icons';
import { IFlowTracker } from './tokens';

const COMMAND = 'millrace:read-files';

/** What is selected in the file browser becomes readers on the open flow, as if it was dropped there. */
export const readFiles: JupyterFrontEndPlugin<void> = {
  id: COMMAND,
  description: 'Adds files of the file browser to a flow.',
  autoStart: true,
  requires: [IFlowTracker, IDefaultFileBrowser],
  optional: [ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: IFlowTracker,
    browser: IDefaultFileBrowser,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('millrace');
    const files = () => [...browser.selectedItems()].filter(({ type }) => type !== 'directory').map(({ path }) => path);
    const shown = () => (tracker.currentWidget?.isVisible ? tracker.currentWidget : null);
    app.commands.addCommand(COMMAND, {
      label: trans.__('Add to Flow'),
      icon: flowIcon,
      isEnabled: () => Boolean(shown()?.editor) && files().length > 0,
      isVisible: () => Boolean(shown()?.editor),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: async () => {
        const widget = shown();
        if (widget?.editor) {
          const { addFiles } = await import('../editor/canvas/actions/add');
          app.shell.activateById(widget.id);
          addFiles(widget.editor, files());
        }
      }
    });
    palette?.addItem({ command: COMMAND, category: trans.__('Millrace flow') });
  }
};
