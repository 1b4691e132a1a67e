import { applyNodeChanges, Background, Controls, MiniMap, type Node, type NodeChange, ReactFlow } from '@xyflow/react';
import { useCallback, useEffect, useState } from 'react';

import { endOf } from '../../model/flow';
import { useEditor, useFlow } from '../context';

export function Canvas(): JSX.Element {
  const { document, store } = useEditor();
  const flow = useFlow();
  const [nodes, setNodes] = useState<Node[]>([]);

  useEffect(() => {
    setNodes(known => {
      const old = new Map(known.map(node => [node.id, node]));
      return flow.nodes.map(node => ({
        ...old.get(node.id),
        id: node.id,
        position: flow.layout[node.id] ?? { x: 0, y: 0 },
        data: { label: node.name || node.id }
      }));
    });
  }, [flow]);

  const onNodesChange = useCallback(
    (changes: NodeChange[]) => {
      setNodes(known => applyNodeChanges(changes, known));
      const moved = changes.flatMap(change =>
        change.type === 'position' && change.position && !change.dragging ? [[change.id, change.position] as const] : []
      );
      if (moved.length) {
        document.move(Object.fromEntries(moved));
      }
    },
    [document]
  );

  const edges = flow.edges.map(edge => ({
    id: `${edge.from} ${edge.to}`,
    source: endOf(edge.from).node,
    target: endOf(edge.to).node
  }));
  return (
    <ReactFlow
      nodes={nodes}
      edges={edges}
      onNodesChange={onNodesChange}
      onSelectionChange={({ nodes: selected }) => store.setState({ selection: selected.map(node => node.id) })}
      fitView
      fitViewOptions={{ maxZoom: 1 }}
    >
      <Background />
      <Controls />
      <MiniMap pannable zoomable />
    </ReactFlow>
  );
}
