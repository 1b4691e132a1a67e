import { SplitPanel, type Widget } from '@lumino/widgets';

interface ISplit {
  orientation: SplitPanel.Orientation;
  panes: readonly Widget[];
  sizes: readonly number[];
  /** The pane that takes the room of those that are hidden, and gives it back. */
  main: Widget;
}

/** Panes beside one another. One that was hidden comes back with the size that it had: Lumino alone would squeeze it. */
export class PaneSplit extends SplitPanel {
  constructor({ orientation, panes, sizes, main }: ISplit) {
    super({ orientation, spacing: 1 });
    this.main = main;
    panes.forEach(pane => this.addWidget(pane));
    this.setRelativeSizes([...sizes]);
  }

  setShown(pane: Widget, shown: boolean): void {
    if (pane.isHidden !== shown) {
      return;
    }
    const sizes = this.relativeSizes();
    const [at, main] = [this.widgets.indexOf(pane), this.widgets.indexOf(this.main)];
    const size = shown ? (this.sizesBefore.get(pane) ?? 0) : sizes[at];
    this.sizesBefore.set(pane, size);
    sizes[at] = shown ? size : 0;
    sizes[main] = Math.max(0, sizes[main] + (shown ? -size : size));
    pane.setHidden(!shown);
    this.setRelativeSizes(sizes);
  }

  private readonly main: Widget;
  private readonly sizesBefore = new Map<Widget, number>();
}
