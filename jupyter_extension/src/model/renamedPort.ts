/** A port that is called otherwise than before. */

import type { Edge } from './flow';
import type { IPorts, Side } from './ports';

/** The edges at a node that go along when just one of its ports, at the same place, got another name: old -> new. */
export function edgesAlong(
  edges: readonly Edge[],
  node: string,
  before: IPorts,
  after: IPorts
): ReadonlyMap<Edge, Edge> {
  const moves = new Map<Edge, Edge>();
  for (const side of ['inputs', 'outputs'] as const) {
    const renamed = renamedPort(before, after, side);
    const end = side === 'inputs' ? 'to' : 'from';
    const at = (port: string) => edges.filter(edge => edge[end] === `${node}.${port}`);
    if (renamed && !at(renamed.to).length) {
      at(renamed.from).forEach(edge =>
        moves.set(edge, { ...edge, ...moves.get(edge), [end]: `${node}.${renamed.to}` })
      );
    }
  }
  return moves;
}

/** Where it is not plain that one port was renamed, none was. */
function renamedPort(before: IPorts, after: IPorts, side: Side): { from: string; to: string } | null {
  const [old, now] = [before, after].map(ports => ports[side].map(({ name }) => name));
  const gone = old.filter(name => !now.includes(name));
  const come = now.filter(name => !old.includes(name));
  const plain = gone.length === 1 && come.length === 1 && old.indexOf(gone[0]) === now.indexOf(come[0]);
  return plain ? { from: gone[0], to: come[0] } : null;
}
