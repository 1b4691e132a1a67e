import { CodeEditor, CodeEditorWrapper, type IEditorServices } from '@jupyterlab/codeeditor';
import { PathExt } from '@jupyterlab/coreutils';
import type { Contents } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import type { CommandRegistry } from '@lumino/commands';
import { Panel, Widget } from '@lumino/widgets';

import { formatFlow, newFlow } from '../model/flow';
import type { FlowWidget } from './widget';

export interface IUnreadableParts {
  trans: TranslationBundle;
  commands: CommandRegistry;
  contents: Contents.IManager;
  editorServices: IEditorServices;
}

/** What is wrong with a file, what to do, and its text as it is: nothing is drawn that might be saved over it. */
export function unreadableView({ context }: FlowWidget, parts: IUnreadableParts): Widget {
  const { trans, commands, contents } = parts;
  const { text, message } = context.model.unreadable!;
  const empty = text.trim() === '';
  const panel = new Panel();
  panel.addClass('mr-Unreadable');
  const asText = button(trans.__('Open as text'), () =>
    commands.execute('docmanager:open', { path: context.path, factory: 'Editor' })
  );
  const begin = button(trans.__('Start a new flow here'), async () => {
    await begun(contents, context.path);
    await context.revert();
  });
  begin.classList.add('jp-mod-accept');
  const head = empty
    ? [
        element('h2', trans.__('This file is empty')),
        element('p', trans.__('There is no flow in it yet. Start one, or write its text yourself.')),
        element('div', begin, asText)
      ]
    : [
        element('h2', trans.__('This file cannot be shown as a flow')),
        element('p', message),
        element('p', trans.__('The file stays as it is. Mend its text and save it: then the flow appears here.')),
        element('div', asText)
      ];
  head.at(-1)!.className = 'mr-Unreadable-buttons';
  const alert = element('div', ...head);
  alert.className = 'mr-Unreadable-head';
  alert.setAttribute('role', 'alert');
  panel.addWidget(new Widget({ node: alert }));
  if (!empty) {
    panel.addWidget(textView(text, message, parts));
  }
  return panel;
}

/** The text, to be read and copied; where the message names a line, that one is in sight. */
function textView(text: string, message: string, { trans, editorServices }: IUnreadableParts): Widget {
  const model = new CodeEditor.Model({ mimeType: 'application/json' });
  model.sharedModel.setSource(text);
  const view = new CodeEditorWrapper({
    model,
    factory: editorServices.factoryService.newDocumentEditor,
    editorOptions: { config: { readOnly: true, lineNumbers: true } }
  });
  view.addClass('mr-Unreadable-text');
  view.disposed.connect(() => model.dispose());
  view.node.setAttribute('role', 'region');
  view.node.setAttribute('aria-label', trans.__('Text of the file'));
  view.node.querySelector('[role="textbox"]')?.setAttribute('aria-label', trans.__('Text of the file'));
  const line = /\bline (\d+)/.exec(message);
  if (line) {
    view.editor.setCursorPosition({ line: Number(line[1]) - 1, column: 0 });
  }
  return view;
}

/** A new flow in a file that is empty; one that somebody has filled meanwhile stays. */
async function begun(contents: Contents.IManager, path: string): Promise<void> {
  const { content } = await contents.get(path, { type: 'file', format: 'text', content: true });
  if (String(content).trim() === '') {
    const name = PathExt.basename(contents.localPath(path), '.flow');
    await contents.save(path, { type: 'file', format: 'text', content: formatFlow(newFlow(name)) });
  }
}

function button(label: string, act: () => Promise<unknown>): HTMLButtonElement {
  const made = document.createElement('button');
  made.className = 'jp-mod-styled';
  made.textContent = label;
  made.addEventListener('click', () => void act());
  return made;
}

function element(tag: string, ...content: (Node | string)[]): HTMLElement {
  const made = document.createElement(tag);
  made.append(...content);
  return made;
}
