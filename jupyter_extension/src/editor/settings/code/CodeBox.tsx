import { EditorView } from '@codemirror/view';
import { CodeEditor } from '@jupyterlab/codeeditor';
import type { ISharedText } from '@jupyter/ydoc';
import { Widget } from '@lumino/widgets';
import { useEffect, useLayoutEffect, useRef } from 'react';

import type { FlowProblem } from '../../../model/settings';
import { useEditor } from '../../context';
import { CodeWidget } from './CodeWidget';
import { lineMarks, markLines } from './lineMarks';
import { signatureHelp } from './signatureHelp';

export interface ICodeBox {
  /** Of the field; its label has the id with `-label`. */
  id: string;
  text: ISharedText;
  language: string;
  /** Whether it is the source of a code node: with line numbers, and with what the Jupyter server knows of Python. */
  isSource?: boolean;
  words?: readonly string[];
  problems?: readonly FlowProblem[];
  /** The line to put the cursor on; `onShown` is told when it is there. Lines begin with 1. */
  line?: number | null;
  onShown?: () => void;
}

const NONE: readonly never[] = [];

/** JupyterLab's code editor, with highlighting, completion, and signs at the lines that have problems. */
export function CodeBox(props: ICodeBox): JSX.Element {
  const { id, text, language, isSource = false, words = NONE, problems = NONE, line = null, onShown } = props;
  const { editorServices, completion, lab, trans } = useEditor();
  const host = useRef<HTMLDivElement>(null);
  const widget = useRef<CodeWidget | null>(null);

  useLayoutEffect(() => {
    const { factoryService, mimeTypeService } = editorServices;
    const mimeType = mimeTypeService.getMimeTypeByLanguage({ name: language, mimetype: MIME_TYPES[language] });
    const labelled = { 'aria-labelledby': `${id}-label`, 'aria-describedby': `${id}-help ${id}-problems` };
    const made = new CodeWidget({
      id: `${id}-code`,
      isSource,
      model: new CodeEditor.Model({ sharedModel: text, mimeType: mimeType as string }),
      factory: factoryService.newInlineEditor,
      editorOptions: {
        config: { lineNumbers: isSource, lineWrap: !isSource },
        extensions: [EditorView.contentAttributes.of(labelled), isSource ? [lineMarks, signatureHelp(lab, trans)] : []]
      }
    });
    Widget.attach(made, host.current!);
    const context = { editor: made.editor, widget: made, session: null };
    // JupyterLab tells a completer whether to open by itself only when it is updated, not when it is made.
    void completion
      ?.updateCompleter(context)
      .then(() => (made.isDisposed ? undefined : completion.updateCompleter(context)));
    widget.current = made;
    return () => {
      widget.current = null;
      made.dispose();
    };
  }, [editorServices, completion, lab, trans, id, text, language, isSource]);

  useLayoutEffect(() => {
    if (widget.current) {
      widget.current.words = words;
    }
  });
  useLayoutEffect(() => {
    if (isSource && widget.current) {
      markLines(widget.current.view, problems);
    }
  }, [isSource, text, problems]);

  useEffect(() => {
    if (line !== null && widget.current) {
      widget.current.goTo(line);
      onShown?.();
    }
  }, [line, onShown]);

  return <div ref={host} className={`mr-Code${isSource ? ' mr-mod-source' : ''}`} />;
}

const MIME_TYPES: Readonly<Record<string, string>> = {
  python: 'text/x-python',
  sql: 'text/x-sql',
  json: 'application/json',
  text: 'text/plain'
};
