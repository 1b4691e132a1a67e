import { MarkerType } from '@xyflow/react';
import { useRef } from 'react';

import { type ICard, titleOf } from '../../model/cards';
import { endOf, type Flow } from '../../model/flow';
import { edgeIds } from '../../model/graph';
import { portOf } from '../../model/ports';
import { useEditor, useSession } from '../context';
import { useCanvas } from './useCanvas';
import type { WireEdge } from './Wire';

const MARKER = { type: MarkerType.ArrowClosed, width: 14, height: 14 };

/** The wires that have a node at both ends; the others stay in the file, and are problems there. */
export function useShownEdges(flow: Flow, cards: ReadonlyMap<string, ICard>): WireEdge[] {
  const { trans } = useEditor();
  const steps = useSession(state => state.run?.steps);
  const chosen = useCanvas(state => state.edges);
  const cache = useRef(new Map<string, { parts: readonly unknown[]; edge: WireEdge }>());
  const ids = edgeIds(flow.edges);
  return flow.edges.flatMap((edge, index) => {
    const id = ids[index];
    const [from, to] = [endOf(edge.from), endOf(edge.to)];
    const source = cards.get(from.node);
    const target = cards.get(to.node);
    if (!source || !target) {
      return [];
    }
    const step = steps?.[from.node];
    const kind = from.port ? (portOf(source.ports, 'outputs', from.port)?.kind ?? 'unknown') : '';
    const rows = step?.outputs?.[from.port]?.rows ?? null;
    const running = steps?.[to.node]?.state === 'running';
    const parts = [edge, source, target, kind, rows, running, chosen.includes(id)];
    const known = cache.current.get(id);
    if (known?.parts.every((part, at) => part === parts[at])) {
      return [known.edge];
    }
    const ariaLabel = trans.__('Wire from %1 to %2', titleOf(source), titleOf(target));
    const made: WireEdge = {
      ariaLabel,
      ...{ id, type: 'wire', source: from.node, target: to.node, selected: chosen.includes(id) },
      ...{ sourceHandle: `out:${from.port}`, targetHandle: `in:${to.port}`, markerEnd: MARKER },
      data: { edge, kind, rows, running }
    };
    cache.current.set(id, { parts, edge: made });
    return [made];
  });
}
