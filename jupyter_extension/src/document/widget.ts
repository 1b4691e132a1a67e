import { ABCWidgetFactory, type DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import { BoxPanel, Panel } from '@lumino/widgets';

import type { IEditor } from '../editor/context';
import type { FlowModel, IUnreadable } from './model';

type Context = DocumentRegistry.IContext<FlowModel>;

/** Draws the editor of a flow that is loaded; comes later, for it is large. */
export type Draw = (widget: FlowWidget) => Promise<Widget>;

/** An open flow: the editor, or why the file cannot be shown. */
export class FlowWidget extends DocumentWidget<BoxPanel, FlowModel> {
  readonly editorChanged = new Signal<this, IEditor | null>(this);

  /** The editor, for commands; null until it is drawn, and where the file is no flow. */
  get editor(): IEditor | null {
    return this._editor;
  }
  set editor(editor: IEditor | null) {
    this._editor = editor;
    this.editorChanged.emit(editor);
  }

  /** Draws what the file is now. */
  async draw(draw: Draw): Promise<void> {
    const { unreadable } = this.context.model;
    this.editor = null;
    const shown = unreadable ? unreadableView(unreadable) : await draw(this);
    this.content.widgets.slice().forEach(old => old.dispose());
    if (this.isDisposed) {
      shown.dispose();
    } else {
      this.content.addWidget(shown);
    }
  }

  private _editor: IEditor | null = null;
}

export class FlowWidgetFactory extends ABCWidgetFactory<FlowWidget, FlowModel> {
  constructor(
    options: DocumentRegistry.IWidgetFactoryOptions<FlowWidget>,
    private readonly draw: Draw
  ) {
    super(options);
  }

  protected createNewWidget(context: Context): FlowWidget {
    const content = new BoxPanel({ spacing: 0 });
    content.addClass('mr-Flow');
    const widget: FlowWidget = new FlowWidget({
      context,
      content,
      reveal: context.ready.then(() => {
        context.model.unreadableChanged.connect(() => void widget.draw(this.draw));
        return widget.draw(this.draw);
      })
    });
    return widget;
  }
}

/** The text as it is, and what is wrong with it: nothing is drawn that might be saved over it. */
function unreadableView({ text, message }: IUnreadable): Widget {
  const panel = new Panel();
  panel.addClass('mr-Unreadable');
  const heading = document.createElement('p');
  heading.setAttribute('role', 'alert');
  heading.textContent = message;
  const source = document.createElement('pre');
  source.textContent = text;
  panel.node.append(heading, source);
  return panel;
}
