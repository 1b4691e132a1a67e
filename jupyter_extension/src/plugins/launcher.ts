import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { PathExt } from '@jupyterlab/coreutils';
import { IDefaultFileBrowser } from '@jupyterlab/filebrowser';
import { ILauncher } from '@jupyterlab/launcher';
import type { Contents } from '@jupyterlab/services';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { formatFlow, newFlow } from '../model/flow';
import { FACTORY } from './document';
import { flowIcon } from './icons';

const CREATE = 'millrace:create-flow';

/** Where everything begins: launcher cards, and a new flow. */
export const launcher: JupyterFrontEndPlugin<void> = {
  id: 'millrace:launcher',
  description: 'Begins new flows.',
  autoStart: true,
  optional: [ILauncher, ICommandPalette, IDefaultFileBrowser, ITranslator],
  activate: (
    { commands, serviceManager }: JupyterFrontEnd,
    cards: ILauncher | null,
    palette: ICommandPalette | null,
    browser: IDefaultFileBrowser | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('millrace');
    commands.addCommand(CREATE, {
      label: args => (args.isPalette || args.isContextMenu ? trans.__('New Flow') : trans.__('Flow')),
      caption: trans.__('Begin a new flow'),
      icon: args => (args.isPalette ? undefined : flowIcon),
      describedBy: {
        args: {
          type: 'object',
          properties: { cwd: { type: 'string', description: trans.__('The folder that it is made in.') } }
        }
      },
      execute: async args => {
        const folder = typeof args.cwd === 'string' ? args.cwd : (browser?.model.path ?? '');
        const path = await createFlow(serviceManager.contents, folder);
        return commands.execute('docmanager:open', { path, factory: FACTORY });
      }
    });
    const category = trans.__('Millrace');
    palette?.addItem({ command: CREATE, category, args: { isPalette: true } });
    ['create-flow', 'open-examples', 'open-runs', 'open-triggers'].forEach((name, rank) =>
      cards?.add({ command: `millrace:${name}`, category, rank })
    );
  }
};

/** A new file with an empty flow, named as the file is. Its contents path. */
async function createFlow(contents: Contents.IManager, folder: string): Promise<string> {
  const { path } = await contents.newUntitled({ path: folder, type: 'file', ext: '.flow' });
  const content = formatFlow(newFlow(PathExt.basename(path, '.flow')));
  await contents.save(path, { type: 'file', format: 'text', content });
  return path;
}
