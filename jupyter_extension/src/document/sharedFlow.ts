import { type DocumentChange, YDocument } from '@jupyter/ydoc';
import { JSONExt, type ReadonlyJSONValue } from '@lumino/coreutils';
import * as Y from 'yjs';

import { isObject } from '../model/schema';

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

type YNode = Y.Map<unknown>;

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
    this.undoManager.addToScope([this.fields, this.nodes, this.edges, this.layout, this.notes, this.groups]);
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
    this.together(() => {
      this.edges.delete(this.keyOfEdge(old));
      put(this.edges, edgeKey(edge), edge);
    });
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
    const ours: ReadonlySet<unknown> = new Set([
      this.fields,
      this.nodes,
      this.edges,
      this.layout,
      this.notes,
      this.groups
    ]);
    if ([...transaction.changedParentTypes.keys()].some(type => ours.has(type))) {
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

function json(value: unknown): ReadonlyJSONValue {
  return value as ReadonlyJSONValue;
}

/** Sets a key, or deletes it for undefined; an equal value stays as it is. */
function put<T>(map: Y.Map<T>, key: string, value: T | undefined): void {
  if (value === undefined) {
    map.delete(key);
  } else if (!map.has(key) || !JSONExt.deepEqual(json(plain(map.get(key))), json(value))) {
    map.set(key, shareable(value) as T);
  }
}

function assign<T>(map: Y.Map<T>, wanted: ReadonlyMap<string, T>): void {
  [...map.keys()].filter(key => !wanted.has(key)).forEach(key => map.delete(key));
  wanted.forEach((value, key) => put(map, key, value));
}

function assignNodes(map: Y.Map<YNode>, wanted: ReadonlyMap<string, Node>): void {
  [...map.keys()].filter(key => !wanted.has(key)).forEach(key => map.delete(key));
  wanted.forEach((node, key) => {
    const known = map.get(key);
    if (known) {
      [...known.keys()].filter(name => !Object.hasOwn(node, name)).forEach(name => known.delete(name));
      Object.entries(node).forEach(([name, value]) => setNodeField(known, name, value));
    } else {
      map.set(key, newNode(node));
    }
  });
}

function newNode(node: Node): YNode {
  const made: YNode = new Y.Map();
  Object.entries(node).forEach(([name, value]) => made.set(name, shared(name, value)));
  return made;
}

function setNodeField(node: YNode, name: string, value: unknown): void {
  const known = node.get(name);
  if (value === undefined) {
    node.delete(name);
  } else if (name === 'params' && known instanceof Y.Map) {
    assign(known, new Map(Object.entries(value as object)));
  } else if (name === 'source' && known instanceof Y.Text) {
    editText(known, (value as string[]).join('\n'));
  } else if (!node.has(name) || !JSONExt.deepEqual(json(plain(known)), json(value))) {
    node.set(name, shared(name, value));
  }
}

function shared(name: string, value: unknown): unknown {
  if (name === 'params') {
    return sharedMap(value as object);
  }
  return name === 'source' ? new Y.Text((value as string[]).join('\n')) : shareable(value);
}

/** Yjs takes an object's key `constructor` for its class: such an object becomes a map. */
function shareable(value: unknown): unknown {
  return isObject(value) && Object.hasOwn(value, 'constructor') ? sharedMap(value) : value;
}

function sharedMap(value: object): Y.Map<unknown> {
  return new Y.Map(Object.entries(value).map(([key, item]) => [key, shareable(item)]));
}

/** Makes a text another one by replacing what lies between their common head and tail. */
export function editText(text: Y.Text, wanted: string): void {
  const old = text.toString();
  let head = 0;
  while (head < old.length && head < wanted.length && old[head] === wanted[head]) {
    head++;
  }
  let tail = 0;
  while (tail < Math.min(old.length, wanted.length) - head && old.at(-1 - tail) === wanted.at(-1 - tail)) {
    tail++;
  }
  if (old.length > head + tail) {
    text.delete(head, old.length - head - tail);
  }
  if (wanted.length > head + tail) {
    text.insert(head, wanted.slice(head, wanted.length - tail));
  }
}

function nodeOf(shared: YNode): Node {
  const { source, ...fields } = plainEntries(shared);
  return {
    ...fields,
    ...(source !== undefined && { source: source === '' ? [] : String(source).split('\n') })
  } as Node;
}

function plainEntries<T>(map: Y.Map<T>): Record<string, T> {
  return Object.fromEntries([...map.entries()].map(([key, value]) => [key, plain(value) as T]));
}

function plain(value: unknown): unknown {
  return value instanceof Y.Map ? plainEntries(value) : value instanceof Y.Text ? value.toString() : value;
}
