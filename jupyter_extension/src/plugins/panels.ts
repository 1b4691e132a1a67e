import { ILayoutRestorer, IRouter, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { extensionIcon, type LabIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { PanelParts } from '../panels/context';
import type { PanelKind } from '../panels/open';
import type { PanelWidget } from '../panels/widget';
import { credentialsIcon, examplesIcon, runsIcon, triggersIcon } from './panelIcons';
import { addRunLinks } from './runLinks';
import { IService } from './tokens';

interface ILook {
  label: string;
  caption: string;
  icon: LabIcon;
  /** Argument -> what it is for. `run` is what is chosen in the list. */
  args: Record<string, string>;
}

type Open = MainAreaWidget<PanelWidget>;

/** Runs, triggers, credentials, plugins and examples: each a tab of the main area, drawn when it is first opened. */
export const panels: JupyterFrontEndPlugin<void> = {
  id: 'millrace:panels',
  description: 'Lists of runs, triggers, credentials and plugins.',
  autoStart: true,
  requires: [IService],
  optional: [ICommandPalette, ILayoutRestorer, IRouter, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    service: IService,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    router: IRouter | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('millrace');
    const { commands } = app;
    const parts: PanelParts = { ...service, trans, commands, contents: app.serviceManager.contents };
    const category = trans.__('Millrace');

    Object.entries(looksOf(trans)).forEach(([name, look]) => {
      const kind = name as PanelKind;
      const tracker = new WidgetTracker<Open>({ namespace: `millrace-${kind}` });
      const command = `millrace:open-${kind}`;
      commands.addCommand(command, {
        label: look.label,
        caption: look.caption,
        icon: args => (args.isPalette ? undefined : look.icon),
        describedBy: { args: schemaOf(look.args) },
        execute: async args => {
          const widget = tracker.find(() => true) ?? (await made(kind, look, parts));
          choose(widget.content, args);
          if (!widget.isAttached) {
            await tracker.add(widget);
            app.shell.add(widget, 'main');
          }
          app.shell.activateById(widget.id);
          return widget;
        }
      });
      palette?.addItem({ command, category });
      void restorer?.restore(tracker, { command, name: () => kind });
    });

    commands.addCommand('millrace:new-credential', {
      label: trans.__('New Credential…'),
      caption: trans.__('Keep a secret that flows refer to by name'),
      describedBy: {
        args: schemaOf({
          type: trans.__('The type of credential that is wanted, such as `http.basic`.'),
          environment: trans.__('Where it is kept; `default` if not given.')
        })
      },
      execute: async args => {
        const { newCredential } = await import('../panels/credentials/newCredential');
        return newCredential(parts, { type: textOf(args.type), environment: textOf(args.environment) });
      }
    });
    palette?.addItem({ command: 'millrace:new-credential', category });
    addRunLinks(app, parts, router);
  }
};

function looksOf(trans: TranslationBundle): Record<PanelKind, ILook> {
  const flow = trans.__('The id of the flow to begin with.');
  return {
    runs: {
      label: trans.__('Runs'),
      caption: trans.__('What has run and runs'),
      icon: runsIcon,
      args: { run: trans.__('The id of the run to show.'), step: trans.__('One of its steps.'), flow }
    },
    triggers: {
      label: trans.__('Triggers'),
      caption: trans.__('Schedules and webhooks'),
      icon: triggersIcon,
      args: { trigger: trans.__('The id of the trigger to show.'), flow }
    },
    credentials: {
      label: trans.__('Credentials'),
      caption: trans.__('Secrets that flows refer to by name'),
      icon: credentialsIcon,
      args: {}
    },
    plugins: {
      label: trans.__('Plugins'),
      caption: trans.__('What is installed, and what failed and why'),
      icon: extensionIcon,
      args: {}
    },
    examples: {
      label: trans.__('Examples'),
      caption: trans.__('Flows to try and to begin with'),
      icon: examplesIcon,
      args: {}
    }
  };
}

async function made(kind: PanelKind, look: ILook, parts: PanelParts): Promise<Open> {
  const { openPanel } = await import('../panels/open');
  const widget = new MainAreaWidget({ content: openPanel(kind, parts) });
  widget.id = `millrace-${kind}`;
  widget.title.label = look.label;
  widget.title.caption = look.caption;
  widget.title.icon = look.icon;
  widget.toolbar.hide();
  return widget;
}

function choose({ panel }: PanelWidget, args: ReadonlyPartialJSONObject): void {
  const chosen = textOf(args.run) ?? textOf(args.trigger);
  if (chosen) {
    panel.view.setState({ chosen, step: textOf(args.step) ?? null });
  }
  if (typeof args.flow === 'string') {
    panel.view.setState({ flow: args.flow });
  }
}

function schemaOf(args: Record<string, string>): ReadonlyJSONObject {
  const properties = Object.fromEntries(
    Object.entries(args).map(([name, description]) => [name, { type: 'string', description }])
  );
  return { type: 'object', properties };
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value ? value : undefined;
}
