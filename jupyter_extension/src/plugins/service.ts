import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';

import { Client } from '../api/client';
import { LabServer } from '../api/labServer';
import { Stream } from '../api/stream';
import { onWake } from '../api/wake';
import { IService } from './tokens';

export const service: JupyterFrontEndPlugin<IService> = {
  id: 'millrace:service',
  description: 'Speaks to the Millrace service.',
  autoStart: true,
  provides: IService,
  activate: (app: JupyterFrontEnd): IService => {
    const settings = app.serviceManager.serverSettings;
    const stream = new Stream(settings);
    onWake(() => stream.renew());
    return { client: new Client(settings), lab: new LabServer(settings), stream };
  }
};
