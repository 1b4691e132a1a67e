import type { IRouter, JupyterFrontEnd } from '@jupyterlab/application';
import { URLExt } from '@jupyterlab/coreutils';

import type { PanelParts } from '../panels/context';
import { RUN_KEY, STEP_KEY } from '../panels/runs/linkTo';

/** `millrace:open-run`, and addresses such as `.../lab?millrace-run=ID&millrace-step=match` that lead to it. */
export function addRunLinks({ commands, restored }: JupyterFrontEnd, parts: PanelParts, router: IRouter | null): void {
  const { trans } = parts;
  commands.addCommand('millrace:open-run', {
    label: trans.__('Open a Run in Its Flow'),
    describedBy: {
      args: {
        type: 'object',
        properties: {
          run: { type: 'string', description: trans.__('The id of the run.') },
          step: { type: 'string', description: trans.__('One of its steps.') }
        },
        required: ['run']
      }
    },
    execute: async args => {
      const { openRun } = await import('../panels/openRun');
      await openRun(parts, String(args.run), String(args.step ?? ''));
    }
  });
  if (!router) {
    return;
  }
  commands.addCommand('millrace:follow-link', {
    describedBy: { args: { type: 'object', properties: {} } },
    execute: args => {
      const { path, search, hash } = args as unknown as IRouter.ILocation;
      const { [RUN_KEY]: run, [STEP_KEY]: step, ...rest } = URLExt.queryStringToObject(search ?? '');
      if (!run) {
        return;
      }
      // What was followed leaves the address, so that a reload shows what was opened since.
      const query = Object.entries(rest).map(([key, value]) => [key, value ?? ''] as const);
      router.navigate(`${path}${query.length ? URLExt.objectToQueryString(Object.fromEntries(query)) : ''}${hash}`, {
        skipRouting: true
      });
      void restored.then(() => commands.execute('millrace:open-run', { run, step: step ?? '' }));
    }
  });
  router.register({ command: 'millrace:follow-link', pattern: new RegExp(`[?&]${RUN_KEY}=`), rank: 30 });
}
