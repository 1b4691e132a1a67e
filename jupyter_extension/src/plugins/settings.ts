import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICompletionProviderManager } from '@jupyterlab/completer';
import { IDocumentManager } from '@jupyterlab/docmanager';
import { FileDialog } from '@jupyterlab/filebrowser';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import type { ReadonlyPartialJSONObject } from '@lumino/coreutils';

import { CodeCompletion } from './codeCompletion';
import { IFlowTracker, IService } from './tokens';
import { WordCompletion } from './wordCompletion';

/** What the settings pane asks of JupyterLab: its file dialog, and completion in its code editors. */
export const settings: JupyterFrontEndPlugin<void> = {
  id: 'millrace:settings',
  description: 'File dialog and code completion for the settings of nodes.',
  autoStart: true,
  requires: [IDocumentManager, IFlowTracker, IService],
  optional: [ICompletionProviderManager, ITranslator],
  activate: (
    { commands }: JupyterFrontEnd,
    manager: IDocumentManager,
    tracker: IFlowTracker,
    { lab }: IService,
    completion: ICompletionProviderManager | null,
    translator: ITranslator | null
  ): void => {
    const trans = (translator ?? nullTranslator).load('millrace');
    completion?.registerProvider(new WordCompletion());
    completion?.registerProvider(new CodeCompletion(lab));

    commands.addCommand('millrace:choose-file', {
      label: trans.__('Choose a file for a setting'),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            folder: { type: 'string', description: trans.__('Where to begin') },
            types: { type: 'array', items: { type: 'string' }, description: trans.__('Endings of files') },
            folders: { type: 'boolean', description: trans.__('Whether a folder is wanted') }
          }
        }
      },
      execute: args => choosePath(manager, args)
    });
    commands.addCommand('millrace:show-code', {
      label: trans.__('Show a line of a node’s code'),
      describedBy: {
        args: {
          type: 'object',
          properties: {
            node: { type: 'string', description: trans.__('The id of a code node.') },
            line: { type: 'integer', minimum: 1, description: trans.__('A line of its code; the first if not given.') }
          },
          required: ['node']
        }
      },
      isEnabled: () => Boolean(tracker.currentWidget?.editor),
      execute: async ({ node, line }) => {
        const editor = tracker.currentWidget?.editor;
        if (editor && typeof node === 'string') {
          const { showCode } = await import('../editor/settings/showCode');
          showCode(editor, node, typeof line === 'number' ? line : 1);
        }
      }
    });
    commands.addCommand('millrace:complete-code', {
      label: trans.__('Complete code in a setting'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => completion?.invoke(focusedCode())
    });
    commands.addCommand('millrace:accept-completion', {
      label: trans.__('Accept the completion in a setting'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: () => completion?.select(focusedCode())
    });
    commands.addCommand('millrace:show-signature', {
      label: trans.__('Show the signature of the call in a code node'),
      describedBy: { args: { type: 'object', properties: {} } },
      execute: async () => {
        const { showSignature } = await import('../editor/settings/code/signatureHelp');
        showSignature(document.activeElement);
      }
    });

    /** Id of the code editor with the keyboard's focus; empty if none has it. */
    function focusedCode(): string {
      return document.activeElement?.closest('.mr-Code-editor')?.id ?? '';
    }

    /** The contents path that a person chose; null if none. */
    async function choosePath(files: IDocumentManager, args: ReadonlyPartialJSONObject): Promise<string | null> {
      const { folder = '', types = [], folders = false } = args as IChoice;
      const wanted = types.map(type => `.${type.toLowerCase()}`);
      const options = { manager: files, defaultPath: folder };
      const { button, value } = await (folders
        ? FileDialog.getExistingDirectory({ ...options, title: trans.__('Choose a folder') })
        : FileDialog.getOpenFiles({
            ...options,
            title: trans.__('Choose a file'),
            filter: ({ type, name }) =>
              type === 'directory' || !wanted.length || wanted.some(ending => name.toLowerCase().endsWith(ending))
                ? {}
                : null
          }));
      return button.accept && value?.length ? value[0].path : null;
    }
  }
};

interface IChoice {
  folder?: string;
  types?: readonly string[];
  folders?: boolean;
}
