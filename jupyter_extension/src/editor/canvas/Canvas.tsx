import { Background, Controls, MiniMap, type NodeTypes, ReactFlow, ReactFlowProvider } from '@xyflow/react';
import { type FocusEvent, type KeyboardEvent, type MouseEvent, useCallback, useRef, useState } from 'react';

import { GRID } from '../../model/grid';
import { useEditor, useFlow } from '../context';
import { spliceInto } from './actions/add';
import { quickAdd } from './actions/pick';
import { hint, select } from './actions/select';
import { Distance } from './Distance';
import { FirstSight } from './FirstSight';
import { GroupFrame } from './GroupFrame';
import { Hint } from './Hint';
import { NodeCard } from './NodeCard';
import { NoteCard } from './NoteCard';
import { Picker } from './Picker';
import { RunVoice } from './RunVoice';
import { canvasOf } from './state';
import { SurfaceBinder } from './SurfaceBinder';
import { useCanvas } from './useCanvas';
import { useCards } from './useCards';
import { useColorMode } from './useColorMode';
import { useDrops, wireUnder } from './useDrops';
import { useMoving } from './useMoving';
import { type ShownNode, useShownNodes } from './useShownNodes';
import { useShownEdges } from './useShownEdges';
import { useStale } from './useStale';
import { useWiring } from './useWiring';
import { Wire, type WireEdge } from './Wire';

const NODE_TYPES: NodeTypes = { card: NodeCard, note: NoteCard, frame: GroupFrame };
const EDGE_TYPES = { wire: Wire };
const SNAP: [number, number] = [GRID, GRID];
/** From so many nodes on, only those in sight are drawn; below it Tab and screen readers reach them all. */
const MANY = 300;
const MINI = { width: 150, height: 100 };

export function Canvas(): JSX.Element {
  return (
    <ReactFlowProvider>
      <Surface />
    </ReactFlowProvider>
  );
}

function Surface(): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const flow = useFlow();
  const cards = useCards();
  const box = useRef<HTMLDivElement>(null);
  const { moved, onNodesChange } = useMoving();
  const nodes = useShownNodes(flow, cards, useStale(flow), moved);
  const edges = useShownEdges(flow, cards);
  const wiring = useWiring();
  const drops = useDrops(box);
  const minimap = useCanvas(state => state.minimap);
  const colorMode = useColorMode();
  // What is dropped on an empty canvas stays where it was dropped.
  const [begunEmpty] = useState(() => editor.document.flow.nodes.length === 0);

  const onNodeDragStop = useCallback(
    (event: globalThis.MouseEvent | TouchEvent, node: ShownNode) => {
      const wire = 'clientX' in event ? wireUnder(editor, { x: event.clientX, y: event.clientY }) : undefined;
      const wired = editor.document.flow.edges.some(edge =>
        [edge.from, edge.to].some(end => end.split('.')[0] === node.id)
      );
      if (wire && !wired && node.type === 'card') {
        spliceInto(editor, wire, node.id);
      }
    },
    [editor]
  );
  return (
    <div
      ref={box}
      className="mr-Surface"
      role="region"
      aria-label={trans.__('Flow')}
      aria-roledescription={trans.__('canvas')}
      tabIndex={0}
      onKeyDown={event => typeToAdd(event)}
      onFocus={event => keepInSight(event)}
      onContextMenuCapture={event => markMenu(event)}
      {...drops}
    >
      <ReactFlow<ShownNode, WireEdge>
        {...{ nodes, edges, onNodesChange, onNodeDragStop, colorMode, ...wiring }}
        nodeTypes={NODE_TYPES}
        edgeTypes={EDGE_TYPES}
        snapToGrid
        snapGrid={SNAP}
        minZoom={0.05}
        onlyRenderVisibleElements={nodes.length > MANY}
        elevateNodesOnSelect={false}
        disableKeyboardA11y
        edgesFocusable={false}
        deleteKeyCode={null}
        multiSelectionKeyCode={['Meta', 'Control']}
        connectionRadius={24}
        zoomOnDoubleClick={false}
        onPaneClick={() => {
          hint(editor, '');
          canvasOf(editor).surface?.focus();
        }}
        onNodeClick={(_, node) => canvasOf(editor).surface?.focus(node.id)}
        onEdgeClick={() => canvasOf(editor).surface?.focus()}
        onNodeDoubleClick={(_, node) => node.type !== 'card' && canvasOf(editor).store.setState({ writing: node.id })}
        onNodeContextMenu={(_, node) => selectForMenu(node)}
        onEdgeContextMenu={(_, edge) => {
          select(editor, []);
          canvasOf(editor).store.setState({ edges: [edge.id] });
          canvasOf(editor).surface?.focus();
        }}
      >
        <Background gap={GRID} />
        <Controls showInteractive={false} aria-label={trans.__('Zoom')} />
        {minimap && (
          <MiniMap style={MINI} pannable zoomable ariaLabel={trans.__('Overview')} nodeClassName={miniClass} />
        )}
        <SurfaceBinder canvas={box} />
        {!begunEmpty && <FirstSight nodes={nodes} />}
        <Hint />
        <Distance canvas={box} />
      </ReactFlow>
      {!nodes.length && <Empty />}
      <Picker />
      <RunVoice />
    </div>
  );

  /** A letter on the canvas begins the search for a node to add. */
  function typeToAdd(event: KeyboardEvent): void {
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    const typing = (event.target as Element).matches('input, textarea, [contenteditable]');
    if (plain && !typing && event.key.length === 1 && /[\p{L}\p{N}]/u.test(event.key)) {
      event.preventDefault();
      quickAdd(editor, event.key);
    }
  }

  /** Tab may lead to a card out of sight. */
  function keepInSight(event: FocusEvent): void {
    const id = event.target.getAttribute('data-id');
    if (id && cards.has(id) && event.target.matches(':focus-visible')) {
      canvasOf(editor).surface?.focus(id);
    }
  }

  /** Cards lie inside the pane: its menu would come with theirs. */
  function markMenu({ target, currentTarget }: MouseEvent<HTMLElement>): void {
    const part = (target as Element).closest('.react-flow__node, .react-flow__edge');
    currentTarget.dataset.menu = part ? 'part' : 'canvas';
  }

  function selectForMenu(node: ShownNode): void {
    const chosen = editor.store.getState().selection;
    const marks = canvasOf(editor).store.getState().marks;
    if (![...chosen, ...marks].includes(node.id)) {
      select(editor, node.type === 'card' ? [node.id] : [], node.type === 'card' ? [] : [node.id]);
    }
    canvasOf(editor).surface?.focus(node.id);
  }
}

function miniClass(node: ShownNode): string {
  return `mr-Mini-${node.type}`;
}

function Empty(): JSX.Element {
  const { trans } = useEditor();
  return (
    <div className="mr-Canvas-empty">
      <p className="mr-Canvas-emptyTitle">{trans.__('This flow is empty')}</p>
      <p>{trans.__('Drop a data file here, drag a node from the left, or just begin to type its name.')}</p>
    </div>
  );
}
