import type { IYText, SourceChange } from '@jupyter/ydoc';
import { Signal } from '@lumino/signaling';
import type * as Y from 'yjs';

import type { SharedFlow } from '../../../document/sharedFlow';
import { editText } from '../../../document/sharedValue';

/** A code node's text as JupyterLab's code editor binds to it: in place, with the document's own undo. */
export class SharedSource implements IYText {
  readonly changed = new Signal<this, SourceChange>(this);
  readonly disposed = new Signal<this, void>(this);
  readonly awareness: IYText['awareness'];
  readonly undoManager: Y.UndoManager;
  isDisposed = false;

  constructor(
    private readonly document: SharedFlow,
    readonly ysource: Y.Text
  ) {
    this.awareness = document.awareness;
    this.undoManager = document.undoManager;
    ysource.observe(this.onChange);
  }

  get source(): string {
    return this.getSource();
  }
  set source(value: string) {
    this.setSource(value);
  }

  getSource(): string {
    return this.ysource.toString();
  }

  setSource(value: string): void {
    this.transact(() => editText(this.ysource, value));
  }

  updateSource(start: number, end: number, value = ''): void {
    this.transact(() => {
      this.ysource.insert(start, value);
      this.ysource.delete(start + value.length, end - start);
    });
  }

  canUndo(): boolean {
    return this.document.canUndo();
  }

  canRedo(): boolean {
    return this.document.canRedo();
  }

  undo(): boolean {
    return this.document.undo();
  }

  redo(): boolean {
    return this.document.redo();
  }

  /** The history is the whole document's. */
  clearUndoHistory(): void {}

  transact(edits: () => void, undoable = true): void {
    this.document.transact(edits, undoable);
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.ysource.unobserve(this.onChange);
      this.disposed.emit();
      Signal.clearData(this);
    }
  }

  private readonly onChange = (event: Y.YTextEvent): void => {
    this.changed.emit({ sourceChange: event.changes.delta as SourceChange['sourceChange'] });
  };
}
