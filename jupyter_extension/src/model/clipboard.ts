/** Parts of a flow as text on the system's clipboard, so that they can be pasted into other flows. */

import { type Edge, endOf, type Flow, type IGroup, type INote, type IPlace, type Node } from './flow';
import { isObject } from './schema';

const MARK = 'millrace/nodes';
export const NODE_ID = /^[a-z][a-z0-9_]{0,62}$/;

export interface IClip {
  nodes: Node[];
  edges: Edge[];
  layout: Record<string, IPlace>;
  notes: INote[];
  groups: IGroup[];
}

export interface ISelected {
  readonly nodes: readonly string[];
  readonly notes: readonly string[];
}

/** Nodes with the wires between them, and the groups that they fill. */
export function clipOf(flow: Flow, selected: ISelected, layout: Record<string, IPlace>): IClip {
  const ids = new Set(selected.nodes);
  const inside = (end: string) => ids.has(endOf(end).node);
  const { notes, groups }: { notes: INote[]; groups: IGroup[] } = flow;
  return {
    nodes: flow.nodes.filter(node => ids.has(node.id)),
    edges: flow.edges.filter(edge => inside(edge.from) && inside(edge.to)),
    layout: Object.fromEntries([...ids].map(id => [id, layout[id] ?? { x: 0, y: 0 }])),
    notes: notes.filter(note => selected.notes.includes(note.id)),
    groups: groups.filter(group => group.nodes?.length && group.nodes.every(id => ids.has(id)))
  };
}

export function clipText(clip: IClip): string {
  return JSON.stringify({ type: MARK, ...clip }, null, 2);
}

/** The clip that a text is; null for any other text. */
export function parseClip(text: string): IClip | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (!isObject(value) || value.type !== MARK) {
    return null;
  }
  const list = (key: string) => (Array.isArray(value[key]) ? value[key].filter(isObject) : []);
  const nodes = list('nodes').filter(node => NODE_ID.test(String(node.id)) && typeof node.type === 'string');
  const edges = list('edges').filter(edge => typeof edge.from === 'string' && typeof edge.to === 'string');
  const layout = isObject(value.layout) ? value.layout : {};
  return { nodes, edges, layout, notes: list('notes'), groups: list('groups') } as unknown as IClip;
}

/** A clip as it may come into a flow: with ids that nobody has, and its top left corner at `corner`. */
export function renamed(clip: IClip, flow: Flow, corner: { x: number; y: number }): IClip {
  const ids = freshIds(clip, flow);
  const end = (name: string) => {
    const { node, port } = endOf(name);
    return port ? `${ids.get(node)}.${port}` : ids.get(node)!;
  };
  const places = [...Object.values(clip.layout), ...clip.notes];
  const dx = corner.x - Math.min(...places.map(place => place.x));
  const dy = corner.y - Math.min(...places.map(place => place.y));
  const moved = <T extends IPlace>(place: T): T => ({ ...place, x: place.x + dx, y: place.y + dy });
  return {
    nodes: clip.nodes.map(node => ({ ...node, id: ids.get(node.id)! })),
    edges: clip.edges.map(edge => ({ ...edge, from: end(edge.from), to: end(edge.to) })),
    layout: Object.fromEntries(Object.entries(clip.layout).map(([id, place]) => [ids.get(id)!, moved(place)])),
    notes: clip.notes.map(note => ({ ...moved(note), id: newMarkId('n', flow.notes) })),
    groups: clip.groups.map(group => ({
      ...group,
      id: newMarkId('g', flow.groups),
      nodes: group.nodes.map(id => ids.get(id)!)
    }))
  };
}

/** A node id like `wanted` that the flow has not, whatever the case. */
export function newNodeId(taken: ReadonlySet<string>, wanted: string): string {
  const cleaned = wanted
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '_')
    .replace(/^[^a-z]+|_+$/g, '');
  const base = (cleaned || 'node').slice(0, 58);
  let id = base;
  for (let number = 2; taken.has(id); number++) {
    id = `${base.replace(/_\d+$/, '')}_${number}`;
  }
  return id;
}

export function newMarkId(letter: string, taken: readonly { id: string }[]): string {
  const ids = new Set(taken.map(one => one.id));
  let id: string;
  do {
    id = `${letter}_${Math.random().toString(36).slice(2, 8)}`;
  } while (ids.has(id));
  return id;
}

function freshIds(clip: IClip, flow: Flow): Map<string, string> {
  const taken = new Set(flow.nodes.map(node => node.id.toLowerCase()));
  return new Map(
    clip.nodes.map(node => {
      const id = newNodeId(taken, node.id);
      taken.add(id);
      return [node.id, id];
    })
  );
}
