import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { IMainMenu } from '@jupyterlab/mainmenu';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyJSONObject } from '@lumino/coreutils';

import type { FlowWidget } from '../document/widget';
import type { IArgs } from '../editor/canvas/actions';
import { canvasCommands, type ICanvasCommand } from './canvasCommands';
import { IFlowTracker } from './tokens';

/** Everything that can be done on the canvas, as commands; their keys and menus are in `schema/canvas.json`. */
export const canvas: JupyterFrontEndPlugin<void> = {
  id: 'millrace:canvas',
  description: 'Editing flows on the canvas.',
  autoStart: true,
  requires: [IFlowTracker],
  optional: [ICommandPalette, IMainMenu, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: IFlowTracker,
    palette: ICommandPalette | null,
    mainMenu: IMainMenu | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('millrace');
    const category = trans.__('Millrace flow');
    const commands = canvasCommands(trans);
    for (const command of commands) {
      addCommand(app, tracker, command);
      command.listed?.forEach(args => palette?.addItem({ command: `millrace:${command.id}`, category, args }));
    }
    const isEnabled = (id: string) => (widget: FlowWidget) => {
      const command = commands.find(one => one.id === id);
      return widget.editor !== null && (command?.enabled?.(widget.editor) ?? true);
    };
    for (const [menu, id] of [
      [mainMenu?.editMenu.undoers.undo, 'undo-edit'],
      [mainMenu?.editMenu.undoers.redo, 'redo-edit']
    ] as const) {
      menu?.add({
        id: `millrace:${id}`,
        isEnabled: widget => tracker.has(widget) && isEnabled(id)(widget as FlowWidget)
      });
    }
  }
};

function addCommand(app: JupyterFrontEnd, tracker: IFlowTracker, command: ICanvasCommand): void {
  const { id, label, enabled, args } = command;
  const editor = () => (app.shell.currentWidget === tracker.currentWidget ? tracker.currentWidget?.editor : null);
  app.commands.addCommand(`millrace:${id}`, {
    label: typeof label === 'string' ? label : given => label(given as ReadonlyJSONObject),
    isEnabled: () => {
      const open = editor();
      return Boolean(open) && (enabled?.(open!) ?? true);
    },
    isVisible: () => Boolean(editor()),
    describedBy: { args: argsSchema(args ?? {}) },
    execute: async given => {
      const open = editor();
      if (open) {
        const { actions } = await import('../editor/canvas/actions');
        await actions[id](open, given as IArgs);
      }
    }
  });
}

function argsSchema(args: Readonly<Record<string, readonly string[]>>): ReadonlyJSONObject {
  const properties = Object.fromEntries(
    Object.entries(args).map(([name, values]) => [
      name,
      { type: 'string', ...(values.length && { enum: [...values] }) }
    ])
  );
  return { type: 'object', properties };
}
