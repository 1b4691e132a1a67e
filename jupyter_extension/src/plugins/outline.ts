import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import {
  type TableOfContents,
  ITableOfContentsRegistry,
  TableOfContentsFactory,
  TableOfContentsModel
} from '@jupyterlab/toc';

import type { FlowWidget } from '../document/widget';
import type { IEditor } from '../editor/context';
import { IFlowTracker } from './tokens';

/** The table-of-contents panel lists the nodes in flow order; a click brings one into sight. */
export const outline: JupyterFrontEndPlugin<void> = {
  id: 'millrace:outline',
  description: 'Lists the nodes of a flow in the table of contents.',
  autoStart: true,
  requires: [IFlowTracker, ITableOfContentsRegistry],
  activate: (_: JupyterFrontEnd, tracker: IFlowTracker, registry: ITableOfContentsRegistry): void => {
    registry.add(new OutlineFactory(tracker) as unknown as TableOfContents.IFactory);
  }
};

interface INodeHeading extends TableOfContents.IHeading {
  node: string;
}

class OutlineFactory extends TableOfContentsFactory<FlowWidget, INodeHeading> {
  protected _createNew(widget: FlowWidget): OutlineModel {
    const model = new OutlineModel(widget);
    const { model: flow } = widget.context;
    const refresh = () => void model.refresh();
    flow.contentChanged.connect(refresh);
    model.ended.push(() => void flow.contentChanged.disconnect(refresh));
    void widget.revealed.then(refresh);
    model.activeHeadingChanged.connect((_, heading) => heading && widget.editor?.view.current?.reveal(heading.node));
    return model;
  }
}

class OutlineModel extends TableOfContentsModel<INodeHeading, FlowWidget> {
  readonly documentType = 'flow';

  readonly ended: (() => void)[] = [];

  /** Names of types come from the service, and later than the panel. */
  private watched: IEditor | null = null;

  dispose(): void {
    this.ended.forEach(end => end());
    super.dispose();
  }

  protected async getHeadings(): Promise<INodeHeading[]> {
    const { editor } = this.widget;
    if (!editor) {
      return [];
    }
    this.watch(editor);
    const { outline } = await import('../editor/canvas/outline');
    return outline(editor).map(({ node, text }) => ({ node, text, level: 1 }));
  }

  private watch(editor: IEditor): void {
    if (this.watched !== editor) {
      this.watched = editor;
      const stop = editor.store.subscribe((now, before) => {
        if (now.components !== before.components) {
          void this.refresh();
        }
      });
      this.ended.push(stop);
    }
  }
}
