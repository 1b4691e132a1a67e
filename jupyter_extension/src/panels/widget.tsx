import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import type { ReactNode } from 'react';

import { type IPanel, newView, PanelContext, type PanelParts } from './context';

/** A panel's window, drawn by React, which knows whether it is in sight. */
export class PanelWidget extends ReactWidget {
  readonly panel: IPanel;

  constructor(
    parts: PanelParts,
    private readonly content: ReactNode
  ) {
    super();
    this.panel = { ...parts, view: newView() };
    this.addClass('mr-PanelWindow');
    document.addEventListener('visibilitychange', this.look);
  }

  dispose(): void {
    document.removeEventListener('visibilitychange', this.look);
    this.panel.view.setState({ visible: false });
    super.dispose();
  }

  protected render(): JSX.Element {
    return <PanelContext.Provider value={this.panel}>{this.content}</PanelContext.Provider>;
  }

  protected onAfterShow(message: Message): void {
    super.onAfterShow(message);
    this.look();
  }

  protected onAfterHide(message: Message): void {
    super.onAfterHide(message);
    this.look();
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.look();
  }

  private readonly look = (): void => {
    this.panel.view.setState({ visible: this.isVisible && document.visibilityState !== 'hidden' });
  };
}
