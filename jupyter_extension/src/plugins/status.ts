import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Dialog, ICommandPalette, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';
import { IRunningSessionManagers } from '@jupyterlab/running';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { Menu } from '@lumino/widgets';

import { VERSION } from '../version';
import { LiveRuns } from './liveRuns';
import { ServiceItem, serviceWords } from './serviceItem';
import { IService } from './tokens';

const START = 'millrace:start-service';
const SHOW = 'millrace:show-service';

/** How the service is, what runs, and whether this page is older than the server. */
export const status: JupyterFrontEndPlugin<void> = {
  id: 'millrace:status',
  description: 'Tells how the Millrace service is.',
  autoStart: true,
  requires: [IService],
  optional: [IStatusBar, IRunningSessionManagers, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    service: IService,
    bar: IStatusBar | null,
    running: IRunningSessionManagers | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('millrace');
    addCommands(app, service, palette, trans);
    if (bar) {
      const item = new ServiceItem(menuOf(app), trans);
      service.stream.serviceChanged.connect((_, told) => item.tell(told));
      bar.registerStatusItem('millrace:service', { item, align: 'left', rank: 50 });
    }
    running?.add(new LiveRuns(service, app.commands, trans));
    askForReload(app, service, trans);
    void app.restored.then(() => service.stream.open());
  }
};

function menuOf({ commands }: JupyterFrontEnd): Menu {
  const menu = new Menu({ commands });
  [SHOW, START, '', 'millrace:open-runs', 'millrace:open-triggers', 'millrace:open-plugins'].forEach(command =>
    menu.addItem(command ? { command } : { type: 'separator' })
  );
  return menu;
}

function addCommands(
  { commands }: JupyterFrontEnd,
  service: IService,
  palette: ICommandPalette | null,
  trans: TranslationBundle
): void {
  let state = '';
  service.stream.serviceChanged.connect((_, told) => {
    state = told?.state ?? '';
    commands.notifyCommandChanged(START);
  });
  const describedBy = { args: { type: 'object', properties: {} } };
  commands.addCommand(START, {
    label: trans.__('Start the Service'),
    describedBy,
    isEnabled: () => state !== 'ready',
    execute: async () => {
      try {
        await service.lab.startService();
      } catch (error) {
        await showErrorMessage(trans.__('The service is not started'), error as Error);
      }
    }
  });
  commands.addCommand(SHOW, {
    label: trans.__('About the Service…'),
    describedBy,
    execute: () => showService(service, trans)
  });
  [START, SHOW].forEach(command => palette?.addItem({ command, category: trans.__('Millrace') }));
}

async function showService({ lab, client }: IService, trans: TranslationBundle): Promise<void> {
  const told = await lab.service();
  const settings = told.state === 'ready' ? (await client.routes.GET('/settings')).data : undefined;
  const lines = [
    serviceWords(told, trans),
    told.why,
    told.version && trans.__('Version %1', told.version),
    trans.__('Where: %1', told.url),
    settings && trans.__('Its log: %1', `${settings.home}/service.log`),
    told.outlives ? trans.__('It goes on when JupyterLab ends.') : told.outlives_why
  ];
  const body = lines.filter(Boolean).join('\n');
  await showDialog({ title: trans.__('The Millrace service'), body, buttons: [Dialog.okButton()] });
}

/** After an upgrade the server is newer than the page that a browser still shows. */
function askForReload(app: JupyterFrontEnd, { lab, stream }: IService, trans: TranslationBundle): void {
  let asked = false;
  let away = false;
  const look = async () => {
    const found = await lab.service().catch(() => null);
    if (found && found.extension_version !== VERSION && !asked) {
      asked = true;
      const message = trans.__('Millrace was updated to %1. Reload the page to use it.', found.extension_version);
      Notification.emit(message, 'warning', {
        autoClose: false,
        actions: [{ label: trans.__('Reload'), displayType: 'accent', callback: () => window.location.reload() }]
      });
    }
  };
  stream.serviceChanged.connect((_, told) => {
    if (told && away) {
      void look();
    }
    away = told === null;
  });
  void app.restored.then(look);
}
