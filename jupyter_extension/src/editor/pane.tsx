import { ReactWidget } from '@jupyterlab/apputils';
import type { ReactNode } from 'react';

import { EditorContext, type IEditor } from './context';

/** A part of the editor's window, drawn by React. */
export class Pane extends ReactWidget {
  constructor(
    private readonly editor: IEditor,
    private readonly content: ReactNode,
    name: string
  ) {
    super();
    this.addClass(`mr-${name}`);
    this.addClass('mr-Pane');
  }

  protected render(): JSX.Element {
    return <EditorContext.Provider value={this.editor}>{this.content}</EditorContext.Provider>;
  }
}
