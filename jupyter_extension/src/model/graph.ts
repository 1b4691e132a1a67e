/** What leads where in a flow. */

import { type Edge, endOf, type Flow } from './flow';

export interface INeighbours {
  readonly before: readonly string[];
  readonly after: readonly string[];
}

const NONE: INeighbours = { before: [], after: [] };

/** By node, the nodes right before and right behind it. */
export function neighbours(edges: readonly Edge[]): ReadonlyMap<string, INeighbours> {
  const found = new Map<string, { before: string[]; after: string[] }>();
  const at = (node: string) => {
    const known = found.get(node) ?? { before: [], after: [] };
    found.set(node, known);
    return known;
  };
  for (const edge of edges) {
    const from = endOf(edge.from).node;
    const to = endOf(edge.to).node;
    if (!at(from).after.includes(to)) {
      at(from).after.push(to);
      at(to).before.push(from);
    }
  }
  return found;
}

export function neighboursOf(edges: readonly Edge[], node: string): INeighbours {
  return neighbours(edges).get(node) ?? NONE;
}

/** Whether a way along the wires leads from one node to another. */
export function reaches(edges: readonly Edge[], from: string, to: string): boolean {
  const near = neighbours(edges);
  const seen = new Set([from]);
  const next = [from];
  while (next.length) {
    const node = next.pop()!;
    if (node === to) {
      return true;
    }
    for (const after of near.get(node)?.after ?? []) {
      if (!seen.has(after)) {
        seen.add(after);
        next.push(after);
      }
    }
  }
  return false;
}

/** Node ids in the order in which they run; among those that may run at once, as they lie from top to bottom. */
export function flowOrder(flow: Pick<Flow, 'nodes' | 'edges'>, height: (node: string) => number): string[] {
  const near = neighbours(flow.edges);
  const waits = new Map(flow.nodes.map(({ id }) => [id, 0]));
  waits.forEach((_, id) => near.get(id)?.after.forEach(to => waits.has(to) && waits.set(to, waits.get(to)! + 1)));
  const order: string[] = [];
  let ready = byHeight([...waits.keys()].filter(id => waits.get(id) === 0));
  while (ready.length) {
    order.push(...ready);
    const next: string[] = [];
    for (const to of ready.flatMap(id => near.get(id)?.after ?? []).filter(id => waits.has(id))) {
      waits.set(to, waits.get(to)! - 1);
      if (waits.get(to) === 0) {
        next.push(to);
      }
    }
    ready = byHeight(next);
  }
  const told = new Set(order);
  return [...order, ...byHeight([...waits.keys()].filter(id => !told.has(id)))];

  function byHeight(ids: string[]): string[] {
    return ids.sort((a, b) => height(a) - height(b) || (a < b ? -1 : 1));
  }
}

/** One name for each edge, even where a file holds the same twice. */
export function edgeIds(edges: readonly Edge[]): string[] {
  const seen = new Map<string, number>();
  return edges.map(edge => {
    const id = `${edge.from} ${edge.to}`;
    const times = seen.get(id) ?? 0;
    seen.set(id, times + 1);
    return times ? `${id} ${times}` : id;
  });
}
