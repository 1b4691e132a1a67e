import type { Connection, EdgeChange, IsValidConnection, OnConnectEnd, OnReconnect } from '@xyflow/react';
import { useMemo, useRef } from 'react';

import { fittingEnd, type IEnd, refusal } from '../../model/wiring';
import { type IEditor, useEditor } from '../context';
import { offerFitting } from './actions/pick';
import { connect } from './actions/wire';
import { currentCards } from './cards';
import { canvasOf } from './state';
import type { WireEdge } from './Wire';

interface IWiring {
  onConnect: (connection: Connection) => void;
  onConnectEnd: OnConnectEnd;
  isValidConnection: IsValidConnection<WireEdge>;
  onReconnectStart: (event: unknown, edge: WireEdge) => void;
  onReconnect: OnReconnect<WireEdge>;
  onReconnectEnd: () => void;
  onEdgesChange: (changes: EdgeChange<WireEdge>[]) => void;
}

/** Making wires by the mouse. */
export function useWiring(): IWiring {
  const editor = useEditor();
  const replaced = useRef<WireEdge | null>(null);
  return useMemo(
    () => ({
      onConnect: connection => connect(editor, ...endsOf(connection)),
      onConnectEnd: (event, state) => {
        if (!state.isValid && !replaced.current && state.fromHandle) {
          const { nodeId, id, type } = state.fromHandle;
          const end = { node: nodeId, port: portOf(id) };
          const target = state.toHandle && { node: state.toHandle.nodeId, port: portOf(state.toHandle.id) };
          const over = target ? null : nodeUnder(event);
          letGo(editor, end, type === 'source', target, over, clientOf(event));
        }
      },
      isValidConnection: connection => {
        const [from, to] = endsOf(connection as Connection);
        return !refusal(editor.document.flow, currentCards(editor), from, to, replaced.current?.data?.edge);
      },
      onReconnectStart: (_, edge) => {
        replaced.current = edge;
      },
      onReconnect: (old, connection) => connect(editor, ...endsOf(connection), old.data!.edge),
      onReconnectEnd: () => {
        replaced.current = null;
      },
      onEdgesChange: changes => noteEdges(editor, changes)
    }),
    [editor]
  );
}

/** The pointer let a wire go where it is not at a port that takes it. */
function letGo(
  editor: IEditor,
  end: IEnd,
  isOutput: boolean,
  target: IEnd | null,
  over: string | null,
  at: { x: number; y: number }
): void {
  const cards = currentCards(editor);
  const card = over === null ? undefined : cards.get(over);
  const other = target ?? (card && (fittingEnd(editor.document.flow, cards, end, isOutput, card) ?? firstEnd(card.id)));
  if (!other) {
    return offerFitting(editor, end, isOutput, at);
  }
  return isOutput ? connect(editor, end, other) : connect(editor, other, end);

  function firstEnd(node: string): IEnd {
    const [port] = cards.get(node)!.ports[isOutput ? 'inputs' : 'outputs'];
    return { node, port: end.port && port ? port.name : '' };
  }
}

function endsOf({ source, sourceHandle, target, targetHandle }: Connection): [IEnd, IEnd] {
  return [
    { node: source, port: portOf(sourceHandle) },
    { node: target, port: portOf(targetHandle) }
  ];
}

/** `out:table` is the port `table`. */
function portOf(handle: string | null | undefined): string {
  return handle ? handle.slice(handle.indexOf(':') + 1) : '';
}

function clientOf(event: MouseEvent | TouchEvent): { x: number; y: number } {
  const { clientX, clientY } = 'changedTouches' in event ? event.changedTouches[0] : event;
  return { x: clientX, y: clientY };
}

function nodeUnder(event: MouseEvent | TouchEvent): string | null {
  const { x, y } = clientOf(event);
  const under = document.elementFromPoint(x, y)?.closest('.react-flow__node-card');
  return under?.getAttribute('data-id') ?? null;
}

function noteEdges(editor: IEditor, changes: EdgeChange<WireEdge>[]): void {
  const picks = changes.filter(change => change.type === 'select');
  if (picks.length) {
    const { store } = canvasOf(editor);
    const chosen = new Set(store.getState().edges);
    picks.forEach(({ id, selected }) => (selected ? chosen.add(id) : chosen.delete(id)));
    store.setState({ edges: [...chosen] });
  }
}
