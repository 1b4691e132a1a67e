import type { EditorView } from '@codemirror/view';
import { CodeEditorWrapper } from '@jupyterlab/codeeditor';

/** JupyterLab's code editor in a pane; `words` are what its completion offers beside what stands in the text. */
export class CodeWidget extends CodeEditorWrapper {
  words: readonly string[] = [];

  constructor(options: CodeEditorWrapper.IOptions & { id: string }) {
    super(options);
    this.id = options.id;
    this.addClass('mr-Code-editor');
  }

  /** CodeMirror's own view, which JupyterLab's editor has but does not declare. */
  get view(): EditorView {
    return (this.editor as unknown as { editor: EditorView }).editor;
  }
}
