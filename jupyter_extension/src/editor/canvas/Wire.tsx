import { BaseEdge, type Edge, type EdgeProps, getBezierPath } from '@xyflow/react';
import { memo } from 'react';

import type { Edge as FlowEdge } from '../../model/flow';
import { GRID } from '../../model/grid';
import { numberText, rowsText } from '../../model/measure';
import type { Kind } from '../../model/ports';
import { useEditor } from '../context';
import { conditionWords } from './words';

export type WireEdge = Edge<{ edge: FlowEdge; kind: Kind | ''; rows: number | null; running: boolean }, 'wire'>;

/** Pixels between two ports, at 100 %: on a shorter wire the number of rows stands alone. */
const SHORT = 5 * GRID;

/** A wire, with the rows that went along it and when it is followed. */
export const Wire = memo(function Wire(props: EdgeProps<WireEdge>): JSX.Element {
  const { trans } = useEditor();
  const [path, x, y] = getBezierPath(props);
  const { edge, kind, rows, running } = props.data!;
  const condition = conditionWords(trans, edge.when);
  const isShort = Math.hypot(props.targetX - props.sourceX, props.targetY - props.sourceY) < SHORT;
  const counted = rows === null ? '' : isShort ? numberText(rows) : rowsText(trans, rows);
  return (
    <g className="mr-Wire" data-kind={kind} data-when={edge.when ?? 'success'} data-running={running}>
      <BaseEdge id={props.id} path={path} markerEnd={props.markerEnd} interactionWidth={20} />
      {counted && (
        <text className="mr-Wire-rows" x={x} y={y - 6}>
          {counted}
        </text>
      )}
      {condition && (
        <text className="mr-Wire-when" x={x} y={y + 14}>
          {condition}
        </text>
      )}
    </g>
  );
});
