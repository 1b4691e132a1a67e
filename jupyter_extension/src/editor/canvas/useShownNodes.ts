import { type NodeHandle, Position } from '@xyflow/react';
import { useMemo, useRef } from 'react';

import type { ICard } from '../../model/cards';
import type { Flow, IGroup, INote } from '../../model/flow';
import { flowOrder } from '../../model/graph';
import {
  around,
  GRID,
  HEAD_HEIGHT,
  type IBox,
  type IPoint,
  isPlace,
  noteSize,
  ROW_HEIGHT,
  toPixels
} from '../../model/grid';
import { mayBeStale, type Stale } from '../../model/stale';
import type { Cards } from '../../model/wiring';
import { useEditor, useSession } from '../context';
import { GROUP, NOTE } from './actions/select';
import type { GroupNode } from './GroupFrame';
import type { CardNode } from './NodeCard';
import type { NoteNode } from './NoteCard';
import { useCanvas } from './useCanvas';
import { cardWords, staleWords } from './words';

export type ShownNode = CardNode | NoteNode | GroupNode;
/** Where nodes are while they are dragged, by the ids of the canvas. */
export type Moved = ReadonlyMap<string, IPoint>;

const PADDING = GRID;

/** What React Flow draws: frames, notes, then the cards in flow order, so that Tab follows the flow. */
export function useShownNodes(flow: Flow, cards: Cards, stale: ReadonlyMap<string, Stale>, moved: Moved): ShownNode[] {
  const { trans } = useEditor();
  const selection = useSession(state => state.selection);
  const steps = useSession(state => state.run?.steps);
  const marks = useCanvas(state => state.marks);
  const pulled = useCanvas(state => state.pulled);
  const cache = useRef(new Map<string, { parts: readonly unknown[]; node: ShownNode }>());
  const order = useMemo(() => flowOrder(flow, id => cards.get(id)?.y ?? 0), [flow, cards]);
  const chosen = useMemo(() => new Set([...selection, ...marks]), [selection, marks]);

  const keep = (id: string, parts: readonly unknown[], make: () => ShownNode): ShownNode => {
    const all = [...parts, moved.get(id), chosen.has(id)];
    const known = cache.current.get(id);
    if (known && known.parts.length === all.length && known.parts.every((part, index) => part === all[index])) {
      return known.node;
    }
    const node = { ...make(), selected: chosen.has(id) };
    cache.current.set(id, { parts: all, node });
    return node;
  };
  const card = (id: string) => {
    const [shown, step] = [cards.get(id)!, steps?.[id]];
    const why = mayBeStale(step) ? stale.get(id) : undefined;
    return keep(id, [shown, step, why], () => {
      const words = why ? staleWords(trans, why) : '';
      return cardNode(shown, words, moved.get(id), cardWords(trans, shown, step, words));
    });
  };
  const note = (one: INote) => {
    const id = NOTE + one.id;
    const box = pulled?.id === id ? pulled.box : undefined;
    return keep(id, [one, box], () => noteNode(id, one, box ?? moved.get(id), trans.__('Note')));
  };
  const frame = (group: IGroup) => {
    const id = GROUP + group.id;
    const box = frameOf(group, cards, moved);
    return box ? [keep(id, [group, box.x, box.y, box.width, box.height], () => groupNode(id, group, box))] : [];
  };
  return [
    ...(flow.groups as IGroup[]).flatMap(frame),
    ...(flow.notes as INote[]).filter(one => typeof one.id === 'string' && isPlace(one)).map(note),
    ...order.map(card)
  ];
}

/** The frame around a group's nodes as they lie, or are dragged. */
export function frameOf(group: IGroup, cards: ReadonlyMap<string, ICard>, moved: Moved): IBox | null {
  const boxes = (group.nodes ?? []).flatMap(id => {
    const card = cards.get(id);
    return card ? [{ ...card, ...moved.get(id) }] : [];
  });
  const box = around(boxes);
  return (
    box && {
      x: box.x - PADDING,
      y: box.y - 2 * PADDING,
      width: box.width + 2 * PADDING,
      height: box.height + 3 * PADDING
    }
  );
}

function cardNode(card: ICard, stale: string, at: IPoint | undefined, ariaLabel: string): CardNode {
  return {
    ...{ id: card.id, type: 'card', data: { card, stale }, position: at ?? { x: card.x, y: card.y }, ariaLabel },
    ...sized(card),
    ...{ handles: handlesOf(card), zIndex: 1, domAttributes: { 'aria-roledescription': 'node' } }
  };
}

function noteNode(id: string, note: INote, at: IPoint | IBox | undefined, name: string): NoteNode {
  const { width, height } = noteSize(note);
  const size = at && 'width' in at ? at : { width: width * GRID, height: height * GRID };
  const text = Array.isArray(note.text) ? note.text.join(' ') : '';
  return {
    ...{ id, type: 'note', data: { note }, position: at ?? toPixels(note), ariaLabel: `${name}, ${text}` },
    ...{ ...sized(size), zIndex: -1, domAttributes: { 'aria-roledescription': 'note' } }
  };
}

function groupNode(id: string, group: IGroup, box: IBox): GroupNode {
  return {
    ...{ id, type: 'frame', data: { group }, position: { x: box.x, y: box.y }, ariaLabel: group.name },
    ...{ ...sized(box), zIndex: -2, dragHandle: '.mr-GroupFrame-name', style: { pointerEvents: 'none' } },
    domAttributes: { 'aria-roledescription': 'group' }
  };
}

/** Sizes follow from what is shown: React Flow need not measure, and knows of cards that are out of sight. */
function sized({ width, height }: { width: number; height: number }) {
  return { width, height, measured: { width, height } };
}

const PORT = 12;
const handles = new WeakMap<ICard, NodeHandle[]>();

function handlesOf(card: ICard): NodeHandle[] {
  const known = handles.get(card);
  if (known) {
    return known;
  }
  const place = (isInput: boolean, id: string, middle: number): NodeHandle => ({
    ...{ id, type: isInput ? 'target' : 'source', position: isInput ? Position.Left : Position.Right },
    ...{ x: (isInput ? 0 : card.width) - PORT / 2, y: middle - PORT / 2, width: PORT, height: PORT }
  });
  const middle = (index: number) => HEAD_HEIGHT + (index + 0.5) * ROW_HEIGHT;
  const made = [
    ...[place(true, 'in:', HEAD_HEIGHT / 2), place(false, 'out:', HEAD_HEIGHT / 2)],
    ...card.ports.inputs.map((port, index) => place(true, `in:${port.name}`, middle(index))),
    ...card.ports.outputs.map((port, index) => place(false, `out:${port.name}`, middle(index)))
  ];
  handles.set(card, made);
  return made;
}
