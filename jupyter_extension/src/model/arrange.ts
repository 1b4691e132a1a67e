/** Where cards lie when a person lets them be put in order. */

import dagre from '@dagrejs/dagre';

import { type Edge, endOf } from './flow';
import { GRID, type IBox, type IPoint } from './grid';

export interface ISized extends IBox {
  readonly id: string;
}

export type Alignment = 'left' | 'centre' | 'right' | 'top' | 'middle' | 'bottom';

/** A place for each card, left to right along the wires, from (0, 0) on, on the grid. */
export function arrange(cards: readonly ISized[], edges: readonly Edge[]): Map<string, IPoint> {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  graph.setGraph({ rankdir: 'LR', nodesep: 2 * GRID, ranksep: 4 * GRID });
  graph.setDefaultEdgeLabel(() => ({}));
  cards.forEach(({ id, width, height }) => graph.setNode(id, { width, height }));
  edges.forEach((edge, index) => {
    const [from, to] = [endOf(edge.from).node, endOf(edge.to).node];
    if (from !== to && graph.hasNode(from) && graph.hasNode(to)) {
      graph.setEdge(from, to, {}, String(index));
    }
  });
  dagre.layout(graph);
  return new Map(
    cards.map(({ id, width, height }) => {
      const { x, y } = graph.node(id) as IPoint;
      return [id, { x: onGrid(x - width / 2), y: onGrid(y - height / 2) }];
    })
  );
}

/** Brings boxes to one line. */
export function align(boxes: readonly ISized[], to: Alignment): Map<string, IPoint> {
  const x = Math.min(...boxes.map(box => box.x));
  const right = Math.max(...boxes.map(box => box.x + box.width));
  const y = Math.min(...boxes.map(box => box.y));
  const bottom = Math.max(...boxes.map(box => box.y + box.height));
  const moved: Record<Alignment, (box: ISized) => IPoint> = {
    left: box => ({ x, y: box.y }),
    centre: box => ({ x: onGrid((x + right - box.width) / 2), y: box.y }),
    right: box => ({ x: right - box.width, y: box.y }),
    top: box => ({ x: box.x, y }),
    middle: box => ({ x: box.x, y: onGrid((y + bottom - box.height) / 2) }),
    bottom: box => ({ x: box.x, y: bottom - box.height })
  };
  return new Map(boxes.map(box => [box.id, moved[to](box)]));
}

/** Gives boxes equal gaps between the first and the last. */
export function distribute(boxes: readonly ISized[], axis: 'x' | 'y'): Map<string, IPoint> {
  const size = axis === 'x' ? 'width' : 'height';
  const sorted = [...boxes].sort((a, b) => a[axis] - b[axis]);
  const first = sorted[0];
  const last = sorted[sorted.length - 1];
  const filled = sorted.reduce((sum, box) => sum + box[size], 0);
  const gap = (last[axis] + last[size] - first[axis] - filled) / Math.max(sorted.length - 1, 1);
  let at = first[axis];
  return new Map(
    sorted.map(box => {
      const place = { x: box.x, y: box.y, [axis]: onGrid(at) };
      at += box[size] + gap;
      return [box.id, place];
    })
  );
}

function onGrid(pixels: number): number {
  return Math.round(pixels / GRID) * GRID;
}
