import { EditorView } from '@codemirror/view';
import { CodeEditorWrapper } from '@jupyterlab/codeeditor';

/**
 * JupyterLab's code editor in a pane. Its completion offers what stands in the text, and beside it `words`; for the
 * source of a code node, what the Jupyter server knows of Python.
 */
export class CodeWidget extends CodeEditorWrapper {
  words: readonly string[] = [];
  readonly isSource: boolean;

  constructor(options: CodeEditorWrapper.IOptions & { id: string; isSource: boolean }) {
    super(options);
    this.isSource = options.isSource;
    this.id = options.id;
    this.addClass('mr-Code-editor');
  }

  /** Puts the cursor on a line, in the middle of what is seen, and gives it the keyboard. Lines begin with 1. */
  goTo(line: number): void {
    const { view } = this;
    const { from } = view.state.doc.line(Math.max(1, Math.min(line, view.state.doc.lines)));
    view.dispatch({ selection: { anchor: from }, effects: EditorView.scrollIntoView(from, { y: 'center' }) });
    this.editor.focus();
  }

  /** CodeMirror's own view, which JupyterLab's editor has but does not declare. */
  get view(): EditorView {
    return (this.editor as unknown as { editor: EditorView }).editor;
  }
}
