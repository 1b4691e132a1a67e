import { type DocumentChange, YDocument } from '@jupyter/ydoc';
import { JSONExt } from '@lumino/coreutils';
import * as Y from 'yjs';

import {
  complete,
  type Edge,
  type Flow,
  formatFlow,
  type IGroup,
  type INote,
  type IPlace,
  type Node,
  parseFlow
} from '../model/flow';
import {
  assign,
  assignNodes,
  json,
  newNode,
  nodeOf,
  plainEntries,
  put,
  setNodeField,
  sharedMap,
  type YNode
} from './sharedValue';

type StackItem = Y.UndoManager['undoStack'][number];

/** The maps of the shared document; the same as in `jupyter_extension/ydocument.py`. */
const LISTS = ['nodes', 'edges', 'layout', 'notes', 'groups'];

/**
 * The flow as all who have it open share it: maps and texts that are edited in place, so that two people's edits of one
 * node both stay and each undoes their own.
 *
 * - `flow`: the document's own fields
 * - `nodes`: key -> map of the node's fields; `params` is a map, `source` a text
 * - `edges`: key -> edge; `layout`: node id -> place; `notes`, `groups`: id -> what they are
 *
 * A key is the node's id, or the edge's two ends; where a file holds the same twice, which is a mistake, the second gets
 * a key of its own, and nothing is lost.
 */
export class SharedFlow extends YDocument<DocumentChange> {
  readonly version = '1.0.0';

  constructor(options?: YDocument.IOptions) {
    super(options);
    this.undoManager.addToScope(this.maps);
    this.nodes.observeDeep(events => this.forget(events));
    this.ydoc.on('afterTransaction', this.onTransaction);
  }

  static create(): SharedFlow {
    return new SharedFlow();
  }

  // Reading ------------------------------------------------------------------------------------------------------------

  /** The document as it is; what did not change is the same object as before. */
  get flow(): Flow {
    this.snapshot ??= complete({
      ...plainEntries(this.fields),
      nodes: [...this.nodes.keys()].map(key => this.nodeAt(key)),
      edges: Object.values(plainEntries(this.edges)),
      layout: plainEntries(this.layout),
      notes: Object.values(plainEntries(this.notes)),
      groups: Object.values(plainEntries(this.groups))
    });
    return this.snapshot;
  }

  node(id: string): Node | undefined {
    return this.nodes.has(id) ? this.nodeAt(id) : undefined;
  }

  /** The text of a code node, to be edited together. */
  sourceOf(id: string): Y.Text | undefined {
    const source = this.nodes.get(id)?.get('source');
    return source instanceof Y.Text ? source : undefined;
  }

  getSource(): string {
    return formatFlow(this.flow);
  }

  /** Becomes the flow of a text; what is the same already stays untouched. Throws FlowError, and changes nothing. */
  setSource(text: string): void {
    this.become(parseFlow(text));
  }

  /** Becomes another flow by the fewest edits. */
  become(flow: Flow): void {
    this.transact(() => {
      const fields = Object.entries(flow).filter(([key]) => !LISTS.includes(key));
      assign(this.fields, new Map(fields));
      assignNodes(
        this.nodes,
        keyed(flow.nodes, node => node.id)
      );
      assign(this.edges, keyed(flow.edges, edgeKey));
      assign(this.layout, new Map(Object.entries(flow.layout)));
      assign(this.notes, keyed(flow.notes, noteKey));
      assign(this.groups, keyed(flow.groups, noteKey));
    });
  }

  /** What was done so far cannot be undone, for a file was loaded; from now on everything can. */
  beginHistory(): void {
    this.undoManager.clear();
    this.hasHistory = true;
  }

  /** JupyterLab calls this once it has looked for checkpoints: on a slow server after somebody's first edits. */
  clearUndoHistory(): void {
    if (!this.hasHistory) {
      super.clearUndoHistory();
    }
  }

  // Editing ------------------------------------------------------------------------------------------------------------
  // Each edit is one step to undo; `together` makes one step of several.

  together(edits: () => void): void {
    this.undoManager.stopCapturing();
    this.transact(edits);
    this.undoManager.stopCapturing();
  }

  setField(name: string, value: unknown): void {
    this.transact(() => put(this.fields, name, value));
  }

  addNode(node: Node, place: IPlace): void {
    this.together(() => {
      this.nodes.set(node.id, newNode(node));
      this.layout.set(node.id, place);
    });
  }

  /** Sets fields of a node; undefined takes one away. Typing into a field is one step to undo. */
  updateNode(id: string, fields: Partial<Node>): void {
    const node = this.nodes.get(id);
    if (node) {
      this.transact(() => Object.entries(fields).forEach(([name, value]) => setNodeField(node, name, value)));
    }
  }

  setParam(id: string, name: string, value: unknown): void {
    const node = this.nodes.get(id);
    this.transact(() => {
      const params = node?.get('params');
      if (params instanceof Y.Map) {
        put(params, name, value);
      } else if (node && value !== undefined) {
        node.set('params', sharedMap({ [name]: value }));
      }
    });
  }

  /** Removes nodes with the edges at them, their places, and themselves from groups. */
  removeNodes(ids: readonly string[]): void {
    const gone = new Set(ids);
    this.together(() => {
      for (const [key, edge] of this.edges.entries()) {
        if (gone.has(edge.from.split('.')[0]) || gone.has(edge.to.split('.')[0])) {
          this.edges.delete(key);
        }
      }
      for (const [key, group] of this.groups.entries()) {
        if (group.nodes?.some(id => gone.has(id))) {
          this.groups.set(key, { ...group, nodes: group.nodes.filter(id => !gone.has(id)) });
        }
      }
      gone.forEach(id => {
        this.nodes.delete(id);
        this.layout.delete(id);
      });
    });
  }

  move(places: Readonly<Record<string, IPlace>>): void {
    this.together(() => Object.entries(places).forEach(([id, place]) => put(this.layout, id, place)));
  }

  addEdge(edge: Edge): void {
    this.together(() => put(this.edges, edgeKey(edge), edge));
  }

  removeEdges(edges: readonly Edge[]): void {
    this.together(() => edges.forEach(edge => this.edges.delete(this.keyOfEdge(edge))));
  }

  replaceEdge(old: Edge, edge: Edge): void {
    this.replaceEdges(new Map([[old, edge]]));
  }

  /** Edges in the place of others, as part of an earlier step to undo if that is still the last one. */
  replaceEdges(edges: ReadonlyMap<Edge, Edge>, step?: StackItem): void {
    const replace = () => {
      edges.forEach((_, old) => this.edges.delete(this.keyOfEdge(old)));
      edges.forEach(edge => put(this.edges, edgeKey(edge), edge));
    };
    if (step && step === this.undoManager.undoStack.at(-1)) {
      this.undoManager.lastChange = Date.now(); // what comes now is taken to be typed along with it
      this.transact(replace);
    } else {
      this.together(replace);
    }
  }

  setNote(note: INote): void {
    this.transact(() => put(this.notes, note.id, note));
  }

  removeNotes(ids: readonly string[]): void {
    this.together(() => ids.forEach(id => this.notes.delete(id)));
  }

  setGroup(group: IGroup): void {
    this.together(() => put(this.groups, group.id, group));
  }

  removeGroups(ids: readonly string[]): void {
    this.together(() => ids.forEach(id => this.groups.delete(id)));
  }

  dispose(): void {
    this.ydoc.off('afterTransaction', this.onTransaction);
    super.dispose();
  }

  // ----------------------------------------------------------------------------------------------------------------------

  private hasHistory = false;

  private nodeAt(key: string): Node {
    const known = this.nodeSnapshots.get(key) ?? nodeOf(this.nodes.get(key)!);
    this.nodeSnapshots.set(key, known);
    return known;
  }

  private keyOfEdge(edge: Edge): string {
    const found = [...this.edges.entries()].find(([, one]) => one === edge || JSONExt.deepEqual(json(one), json(edge)));
    return found ? found[0] : edgeKey(edge);
  }

  /** Nodes that changed are read anew. */
  private forget(events: Y.YEvent<Y.AbstractType<unknown>>[]): void {
    for (const event of events) {
      const keys = event.path.length ? [event.path[0] as string] : [...event.changes.keys.keys()];
      keys.forEach(key => this.nodeSnapshots.delete(key));
    }
  }

  private readonly onTransaction = (transaction: Y.Transaction): void => {
    const changed: ReadonlySet<unknown> = new Set(transaction.changedParentTypes.keys());
    if (this.maps.some(map => changed.has(map))) {
      this.snapshot = null;
      this.dirty ||= transaction.local;
      this._changed.emit({});
    }
  };

  private readonly fields = this.ydoc.getMap<unknown>('flow');
  private readonly nodes = this.ydoc.getMap<YNode>('nodes');
  private readonly edges = this.ydoc.getMap<Edge>('edges');
  private readonly layout = this.ydoc.getMap<IPlace>('layout');
  private readonly notes = this.ydoc.getMap<INote>('notes');
  private readonly groups = this.ydoc.getMap<IGroup>('groups');
  private readonly maps = [this.fields, this.nodes, this.edges, this.layout, this.notes, this.groups];
  private readonly nodeSnapshots = new Map<string, Node>();
  private snapshot: Flow | null = null;
}

export function edgeKey(edge: Edge): string {
  return `${edge.from} ${edge.to}`;
}

function noteKey(note: INote | IGroup, index: number): string {
  return typeof note.id === 'string' ? note.id : `#${index}`;
}

/** Items by their keys; the second of one key gets another. */
function keyed<T>(items: readonly T[], key: (item: T, index: number) => string): Map<string, T> {
  const found = new Map<string, T>();
  items.forEach((item, index) => {
    const wanted = key(item, index);
    found.set(found.has(wanted) ? `${wanted}#${index}` : wanted, item);
  });
  return found;
}
