import type { DocumentChange, ISharedDocument } from '@jupyter/ydoc';
import type { IChangedArgs } from '@jupyterlab/coreutils';
import type { DocumentRegistry } from '@jupyterlab/docregistry';
import type { Contents } from '@jupyterlab/services';
import type { PartialJSONValue } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import { parseFlow } from '../model/flow';
import { FlowError } from '../model/json';
import { SharedFlow } from './sharedFlow';

/** A text that is no flow, kept as it is. */
export interface IUnreadable {
  text: string;
  message: string;
}

/** What JupyterLab's document manager loads, saves and asks whether it is dirty. */
export class FlowModel implements DocumentRegistry.IModel {
  readonly defaultKernelName = '';
  readonly defaultKernelLanguage = '';
  readonly contentChanged = new Signal<this, void>(this);
  readonly stateChanged = new Signal<this, IChangedArgs<unknown>>(this);
  readonly unreadableChanged = new Signal<this, IUnreadable | null>(this);
  readonly sharedModel: SharedFlow;
  readonly collaborative: boolean;
  isDisposed = false;

  constructor(options: DocumentRegistry.IModelOptions<SharedFlow> = {}) {
    this.sharedModel = options.sharedModel ?? SharedFlow.create();
    this.collaborative = options.collaborationEnabled ?? false;
    // Of an empty file JupyterLab tells us nothing at all.
    this._unreadable = this.collaborative ? null : { text: '', message: whyNoFlow('') };
    this.sharedModel.changed.connect(this.onChanged, this);
  }

  /** Why the file is no flow; null if it is one. */
  get unreadable(): IUnreadable | null {
    return this._unreadable;
  }

  get dirty(): boolean {
    return this.sharedModel.dirty;
  }
  set dirty(value: boolean) {
    this.sharedModel.dirty = value;
  }

  get readOnly(): boolean {
    return this._readOnly;
  }
  set readOnly(newValue: boolean) {
    const oldValue = this._readOnly;
    this._readOnly = newValue;
    if (oldValue !== newValue) {
      this.stateChanged.emit({ name: 'readOnly', oldValue, newValue });
    }
  }

  toString(): string {
    return this._unreadable ? this._unreadable.text : this.sharedModel.getSource();
  }

  /** Becomes what a file holds. Over an open flow that is one step to undo, so that no edit is lost to it. */
  fromString(text: string): void {
    const message = whyNoFlow(text);
    if (message) {
      this.setUnreadable({ text, message });
    } else {
      this.sharedModel.together(() => this.sharedModel.setSource(text));
      if (this._unreadable) {
        this.sharedModel.beginHistory();
      }
      this.setUnreadable(null);
    }
    this.dirty = false;
  }

  toJSON(): PartialJSONValue {
    return JSON.parse(this.toString()) as PartialJSONValue;
  }

  fromJSON(value: PartialJSONValue): void {
    this.fromString(JSON.stringify(value));
  }

  initialize(): void {
    this.sharedModel.clearUndoHistory();
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.isDisposed = true;
      this.sharedModel.dispose();
      Signal.clearData(this);
    }
  }

  private onChanged(_: SharedFlow, { stateChange }: DocumentChange): void {
    if (stateChange) {
      this.checkRoom();
      stateChange.forEach(({ name, oldValue, newValue }) => this.stateChanged.emit({ name, oldValue, newValue }));
    } else {
      this.contentChanged.emit();
    }
  }

  /** A collaboration room keeps a text that is no flow as it is; see `jupyter_extension/ydocument.py`. */
  private checkRoom(): void {
    const text = this.sharedModel.getState('unreadable');
    if (this.collaborative && typeof text === 'string') {
      this.setUnreadable({ text, message: whyNoFlow(text) });
    } else if (this.collaborative) {
      this.setUnreadable(null);
    }
  }

  private setUnreadable(value: IUnreadable | null): void {
    const changed = value !== null || this._unreadable !== null;
    this._unreadable = value;
    if (changed) {
      this.unreadableChanged.emit(value);
    }
  }

  private _unreadable: IUnreadable | null;
  private _readOnly = false;
}

/** What is wrong with a text that is no flow; empty for one. */
function whyNoFlow(text: string): string {
  try {
    parseFlow(text);
    return '';
  } catch (error) {
    if (error instanceof FlowError) {
      return error.message;
    }
    throw error;
  }
}

export class FlowModelFactory implements DocumentRegistry.IModelFactory<FlowModel> {
  readonly name = 'millrace-flow';
  readonly fileFormat: Contents.FileFormat = 'text';
  isDisposed = false;

  readonly contentType: Contents.ContentType;

  /** Collaboration rooms know the kind of document, plain contents only files. */
  constructor(readonly collaborative: boolean) {
    this.contentType = collaborative ? 'flow' : 'file';
  }

  createNew(options?: DocumentRegistry.IModelOptions<ISharedDocument>): FlowModel {
    return new FlowModel(options as DocumentRegistry.IModelOptions<SharedFlow>);
  }

  preferredLanguage(): string {
    return '';
  }

  dispose(): void {
    this.isDisposed = true;
  }
}
