import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { createToolbarFactory, ICommandPalette, IToolbarWidgetRegistry, setToolbar } from '@jupyterlab/apputils';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator, type TranslationBundle } from '@jupyterlab/translation';
import { fileUploadIcon, type LabIcon, notebookIcon, refreshIcon, runIcon, stopIcon } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject, ReadonlyPartialJSONObject } from '@lumino/coreutils';

import type { FlowWidget } from '../document/widget';
import type { IEditor } from '../editor/context';
import { RunButton } from '../editor/running/RunButton';
import { LateItem } from './lateItem';
import { IFlowTracker } from './tokens';

const ID = 'millrace:run';
const FACTORY = 'Flow editor';

type Actions = typeof import('../editor/running/actions');

/** A command on the open flow; one `onNode` takes the selected node where its arguments name none. */
interface ICommand {
  label: string;
  icon?: LabIcon;
  onNode?: boolean;
  enabled?: (editor: IEditor) => boolean;
  run: (actions: Actions, editor: IEditor, node: string | undefined) => Promise<void>;
}

/** Starts and stops runs: commands, the Run menu, the toolbar of a flow. */
export const run: JupyterFrontEndPlugin<void> = {
  id: ID,
  description: 'Runs flows.',
  autoStart: true,
  requires: [IFlowTracker],
  optional: [ICommandPalette, IToolbarWidgetRegistry, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: IFlowTracker,
    palette: ICommandPalette | null,
    toolbars: IToolbarWidgetRegistry | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('millrace');
    const all = Object.entries(commandsOf(trans));
    all.forEach(([name, command]) => {
      addCommand(app, tracker, name, command, trans);
      palette?.addItem({ command: `millrace:${name}`, category: trans.__('Flow') });
    });
    addPublishing(app, tracker, trans);
    palette?.addItem({ command: PUBLISH, category: trans.__('Flow') });
    addShowing(app, tracker, trans);
    if (toolbars && settings) {
      addToolbar(app, tracker, toolbars, settings, translator, trans);
    }
    tracker.currentChanged.connect(() =>
      all.forEach(([name]) => app.commands.notifyCommandChanged(`millrace:${name}`))
    );
  }
};

function commandsOf(trans: TranslationBundle): Record<string, ICommand> {
  const ended = ({ store }: IEditor) => store.getState().run?.live === false;
  return {
    'run-changed': {
      label: trans.__('Run What Has Changed'),
      icon: runIcon,
      run: (actions, editor) => actions.runPart(editor, 'changed')
    },
    'run-all': { label: trans.__('Run All Anew'), run: (actions, editor) => actions.runPart(editor, 'all') },
    'run-with-inputs': {
      label: trans.__('Run with Inputs…'),
      enabled: ({ document }) => (document.flow.inputs ?? []).length > 0,
      run: (actions, editor) => actions.runPart(editor, 'changed', undefined, true)
    },
    'run-to-node': {
      label: trans.__('Run to This Node'),
      onNode: true,
      run: (actions, editor, node) => actions.runPart(editor, 'to', node)
    },
    'run-from-node': {
      label: trans.__('Run from This Node'),
      onNode: true,
      run: (actions, editor, node) => actions.runPart(editor, 'from', node)
    },
    'run-only-node': {
      label: trans.__('Run Only This Node'),
      onNode: true,
      run: (actions, editor, node) => actions.runPart(editor, 'only', node)
    },
    'stop-run': {
      label: trans.__('Stop the Run'),
      icon: stopIcon,
      enabled: ({ store }) => store.getState().run?.live === true,
      run: (actions, editor) => actions.stopRun(editor)
    },
    'retry-run': {
      label: trans.__('Retry What Did Not Succeed'),
      icon: refreshIcon,
      enabled: ended,
      run: (actions, editor) => actions.retryRun(editor)
    },
    'repeat-run': {
      label: trans.__('Retry the Run from the Start'),
      enabled: ended,
      run: (actions, editor) => actions.repeatRun(editor)
    },
    'retry-from-node': {
      label: trans.__('Retry from This Node'),
      icon: refreshIcon,
      onNode: true,
      enabled: ended,
      run: (actions, editor, node) => actions.retryRun(editor, node)
    },
    'open-as-notebook': {
      label: trans.__('Open Node as Notebook'),
      icon: notebookIcon,
      onNode: true,
      enabled: ({ store }) => store.getState().run !== null,
      run: (actions, editor, node) => actions.openAsNotebook(editor, node!)
    }
  };
}

function addCommand(
  app: JupyterFrontEnd,
  tracker: IFlowTracker,
  name: string,
  command: ICommand,
  trans: TranslationBundle
): void {
  const editorNow = () => tracker.currentWidget?.editor ?? null;
  const nodeOf = (editor: IEditor, args: ReadonlyPartialJSONObject): string | undefined => {
    const { selection } = editor.store.getState();
    return typeof args.node === 'string' ? args.node : selection.length === 1 ? selection[0] : undefined;
  };
  app.commands.addCommand(`millrace:${name}`, {
    label: command.label,
    icon: args => (args.isPalette ? undefined : command.icon),
    describedBy: { args: command.onNode ? nodeArgs(trans) : { type: 'object', properties: {} } },
    isEnabled: args => {
      const editor = editorNow();
      return (
        editor !== null &&
        (command.enabled?.(editor) ?? true) &&
        (!command.onNode || nodeOf(editor, args) !== undefined)
      );
    },
    execute: async args => {
      await tracker.currentWidget?.revealed; // a flow may still be opening
      const editor = editorNow();
      if (editor) {
        const actions = await import('../editor/running/actions');
        await command.run(actions, editor, command.onNode ? nodeOf(editor, args) : undefined);
      }
    }
  });
}

function nodeArgs(trans: TranslationBundle): ReadonlyJSONObject {
  const description = trans.__('The id of a node; without it, the selected one.');
  return { type: 'object', properties: { node: { type: 'string', description } } };
}

const PUBLISH = 'millrace:publish-flow';

function addPublishing(app: JupyterFrontEnd, tracker: IFlowTracker, trans: TranslationBundle): void {
  app.commands.addCommand(PUBLISH, {
    label: args => (args.toolbar ? trans.__('Publish') : trans.__('Publish Flow…')),
    caption: trans.__('Let schedules and webhooks run the flow as it is now'),
    icon: args => (args.toolbar || args.isPalette ? undefined : fileUploadIcon),
    describedBy: { args: { type: 'object', properties: {} } },
    isEnabled: () => Boolean(tracker.currentWidget?.editor),
    execute: async () => {
      const widget = tracker.currentWidget;
      if (widget?.editor) {
        const { publishFlow } = await import('../editor/running/publish');
        await publishFlow(widget.editor, () => widget.context.save());
      }
    }
  });
}

/** For links to a run: the panel of runs opens the flow first. */
function addShowing(app: JupyterFrontEnd, tracker: IFlowTracker, trans: TranslationBundle): void {
  const text = (description: string) => ({ type: 'string', description });
  app.commands.addCommand('millrace:show-run', {
    label: trans.__('Show a Run on the Canvas'),
    describedBy: {
      args: {
        type: 'object',
        properties: { run: text(trans.__('The id of a run.')), step: text(trans.__('One of its steps.')) },
        required: ['run']
      }
    },
    isEnabled: () => Boolean(tracker.currentWidget?.editor),
    execute: async ({ run: id, step }) => {
      const editor = tracker.currentWidget?.editor;
      if (editor && typeof id === 'string') {
        const { showRun } = await import('../editor/running/actions');
        await showRun(editor, id, typeof step === 'string' ? step : undefined);
      }
    }
  });
}

function addToolbar(
  app: JupyterFrontEnd,
  tracker: IFlowTracker,
  toolbars: IToolbarWidgetRegistry,
  settings: ISettingRegistry,
  translator: ITranslator | null,
  trans: TranslationBundle
): void {
  toolbars.addFactory<FlowWidget>(FACTORY, 'run', () => new RunButton(app.commands, trans));
  toolbars.addFactory<FlowWidget>(FACTORY, 'status', widget => new LateItem(widget, 'status'));
  toolbars.addFactory<FlowWidget>(FACTORY, 'revision', widget => new LateItem(widget, 'revision'));
  const factory = createToolbarFactory(toolbars, settings, FACTORY, ID, translator ?? nullTranslator);
  tracker.widgetAdded.connect((_, widget) => setToolbar(widget, factory));
}
