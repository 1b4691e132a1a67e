import { Panel } from '@lumino/widgets';

import type { FlowWidget } from '../document/widget';
import type { ItemName } from '../editor/running/toolbarItem';

/** A part of a flow's toolbar that comes with the editor, which is loaded when a flow is opened. */
export class LateItem extends Panel {
  constructor(
    private readonly widget: FlowWidget,
    private readonly name: ItemName
  ) {
    super();
    this.addClass('mr-LateItem');
    widget.editorChanged.connect(() => void this.draw());
    void this.draw();
  }

  private async draw(): Promise<void> {
    this.widgets.slice().forEach(old => old.dispose());
    if (this.widget.editor) {
      const { toolbarItem } = await import('../editor/running/toolbarItem');
      const { editor } = this.widget;
      if (editor && !this.isDisposed && !this.widgets.length) {
        this.addWidget(toolbarItem(editor, this.name));
      }
    }
  }
}
