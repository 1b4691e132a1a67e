import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { type ISearchMatch, ISearchProviderRegistry, SearchProvider } from '@jupyterlab/documentsearch';

import type { FlowWidget } from '../document/widget';
import { canvasOf } from '../editor/canvas/state';
import type { IFound } from '../model/search';
import { IFlowTracker } from './tokens';

/** JupyterLab's own find bar (Ctrl+F), on nodes: their names, types, settings, code and columns. */
export const canvasSearch: JupyterFrontEndPlugin<void> = {
  id: 'millrace:canvas-search',
  description: 'Finds nodes of a flow.',
  autoStart: true,
  requires: [IFlowTracker, ISearchProviderRegistry],
  activate: (_: JupyterFrontEnd, tracker: IFlowTracker, registry: ISearchProviderRegistry): void => {
    registry.add('millrace', {
      createNew: widget => new FlowSearch(widget as FlowWidget),
      isApplicable: (widget): widget is FlowWidget => tracker.has(widget)
    });
  }
};

/** It does not tell of a changed state: JupyterLab would search anew, and be at the first match again. */
export class FlowSearch extends SearchProvider<FlowWidget> {
  /** Names are changed in their fields. */
  readonly isReadOnly = true;

  get currentMatchIndex(): number | null {
    return this.at;
  }

  get matchesCount(): number | null {
    return this.found.length;
  }

  async startQuery(query: RegExp): Promise<void> {
    const { editor, node } = this.widget;
    // JupyterLab begins half a second after the last key, when the bar may have been closed.
    const isOpen = node.querySelector('.jp-DocumentSearch-overlay') !== null;
    if (!editor || !isOpen) {
      return;
    }
    const { findOnCanvas } = await import('../editor/canvas/find');
    this.found = findOnCanvas(editor, query);
    this.at = this.found.length ? 0 : null;
    canvasOf(editor).store.setState({ found: new Set(this.found.map(({ node }) => node)) });
    this.reveal();
  }

  async endQuery(): Promise<void> {
    this.found = [];
    this.at = null;
    if (this.widget.editor) {
      canvasOf(this.widget.editor).store.setState({ found: null });
    }
  }

  async clearHighlight(): Promise<void> {
    this.at = null;
  }

  highlightNext(): Promise<ISearchMatch | undefined> {
    return this.step(1);
  }

  highlightPrevious(): Promise<ISearchMatch | undefined> {
    return this.step(-1);
  }

  replaceCurrentMatch(): Promise<boolean> {
    return Promise.resolve(false);
  }

  replaceAllMatches(): Promise<boolean> {
    return Promise.resolve(false);
  }

  private async step(by: 1 | -1): Promise<ISearchMatch | undefined> {
    const count = this.found.length;
    if (!count) {
      return undefined;
    }
    this.at = this.at === null ? (by > 0 ? 0 : count - 1) : (this.at + by + count) % count;
    this.reveal();
    return { text: this.found[this.at].text, position: this.at };
  }

  /** Brings the match into sight; the keyboard stays in the find bar. */
  private reveal(): void {
    const { editor } = this.widget;
    const match = this.at === null ? undefined : this.found[this.at];
    if (editor && match) {
      canvasOf(editor).surface?.show(match.node);
    }
  }

  private found: readonly IFound[] = [];
  private at: number | null = null;
}
