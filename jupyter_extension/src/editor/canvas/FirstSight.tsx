import { useReactFlow, useStore } from '@xyflow/react';
import { useLayoutEffect, useRef } from 'react';

import { firstSight } from '../../model/firstSight';
import type { ShownNode } from './useShownNodes';

/** Looks at the flow once the canvas has a size: an editor may open behind another tab. */
export function FirstSight({ nodes }: { nodes: readonly ShownNode[] }): null {
  const flow = useReactFlow();
  const width = useStore(state => state.width);
  const height = useStore(state => state.height);
  const looked = useRef(false);
  useLayoutEffect(() => {
    const first = nodes.find(node => node.type === 'card') ?? nodes[0];
    if (!looked.current && first && width && height) {
      looked.current = true;
      void flow.setViewport(firstSight(nodes.map(boxOf), boxOf(first), { width, height }));
    }
  }, [flow, nodes, width, height]);
  return null;
}

function boxOf({ position, width, height }: ShownNode) {
  return { ...position, width: width ?? 0, height: height ?? 0 };
}
