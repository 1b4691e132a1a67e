import { ABCWidgetFactory, type DocumentRegistry, DocumentWidget } from '@jupyterlab/docregistry';
import type { Message } from '@lumino/messaging';
import { Signal } from '@lumino/signaling';
import type { Widget } from '@lumino/widgets';
import { BoxPanel } from '@lumino/widgets';

import type { IEditor } from '../editor/context';
import type { FlowModel } from './model';

type Context = DocumentRegistry.IContext<FlowModel>;

/** Draws the editor of a flow that is loaded, which comes later, for it is large; or why the file is none. */
export type Draw = (widget: FlowWidget) => Promise<Widget>;

/** An open flow: the editor, or why the file cannot be shown. */
export class FlowWidget extends DocumentWidget<BoxPanel, FlowModel> {
  readonly editorChanged = new Signal<this, IEditor | null>(this);
  /** The tab has come to the front. */
  readonly shown = new Signal<this, void>(this);

  /** The editor, for commands; null until it is drawn, and where the file is no flow. */
  get editor(): IEditor | null {
    return this._editor;
  }
  set editor(editor: IEditor | null) {
    this._editor = editor;
    this.editorChanged.emit(editor);
  }

  /** Draws what the file is now; what was drawn for an earlier state of it is dropped. */
  async draw(draw: Draw): Promise<void> {
    const drawing = ++this.drawn;
    this.editor = null;
    const shown = await draw(this);
    if (this.isDisposed || drawing !== this.drawn) {
      shown.dispose();
      return;
    }
    this.content.widgets.slice().forEach(old => old.dispose());
    this.content.addWidget(shown);
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.shown.emit();
  }

  private _editor: IEditor | null = null;
  private drawn = 0;
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
        context.model.sharedModel.beginHistory();
        context.model.unreadableChanged.connect(() => void widget.draw(this.draw));
        return widget.draw(this.draw);
      })
    });
    return widget;
  }
}
