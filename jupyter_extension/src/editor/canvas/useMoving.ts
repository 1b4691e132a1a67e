import type { NodeChange } from '@xyflow/react';
import { useCallback, useRef, useState } from 'react';

import type { IGroup } from '../../model/flow';
import type { IPoint } from '../../model/grid';
import { type IEditor, useEditor } from '../context';
import { putAt } from './actions/place';
import { GROUP, isMark, NOTE } from './actions/select';
import { currentCards } from './cards';
import { canvasOf } from './state';
import { frameOf, type Moved, type ShownNode } from './useShownNodes';

const NOTHING: Moved = new Map();

/** Dragging and selecting: places change in the document when the pointer lets go. */
export function useMoving(): { moved: Moved; onNodesChange: (changes: NodeChange<ShownNode>[]) => void } {
  const editor = useEditor();
  const [moved, setMoved] = useState<Moved>(NOTHING);
  // React Flow tells of one drag in several calls before React has drawn.
  const latest = useRef<Moved>(NOTHING);
  const onNodesChange = useCallback(
    (changes: NodeChange<ShownNode>[]) => {
      noteSelection(editor, changes);
      // A note that is pulled at a corner moves, too, but nobody drags it: its card knows what to do.
      const positions = changes
        .filter(change => change.type === 'position')
        .filter(({ dragging }) => dragging !== undefined);
      const points = positions.flatMap(({ id, position }) => (position ? follow(editor, id, position) : []));
      if (points.length) {
        latest.current = new Map([...latest.current, ...points]);
        setMoved(latest.current);
      }
      if (positions.length && positions.every(change => !change.dragging) && latest.current.size) {
        put(editor, latest.current);
        latest.current = NOTHING;
        setMoved(NOTHING);
      }
    },
    [editor]
  );
  return { moved, onNodesChange };
}

/** A frame takes its nodes along. */
function follow(editor: IEditor, id: string, to: IPoint): [string, IPoint][] {
  if (!id.startsWith(GROUP)) {
    return [[id, to]];
  }
  const cards = currentCards(editor);
  const groups = editor.document.flow.groups as IGroup[];
  const group = groups.find(one => GROUP + one.id === id);
  const box = group && frameOf(group, cards, NOTHING);
  return (group?.nodes ?? []).flatMap(member => {
    const card = cards.get(member);
    return card && box ? [[member, { x: card.x + to.x - box.x, y: card.y + to.y - box.y }]] : [];
  });
}

function put(editor: IEditor, moved: Moved): void {
  const cards = currentCards(editor);
  const nodes = new Map([...moved].filter(([id, at]) => differs(cards.get(id), at)));
  const notes = new Map(
    [...moved].flatMap(([id, at]) => (id.startsWith(NOTE) ? [[id.slice(NOTE.length), at] as const] : []))
  );
  if (nodes.size + notes.size) {
    putAt(editor, nodes, notes);
  }
}

function differs(card: IPoint | undefined, at: IPoint): boolean {
  return card !== undefined && (card.x !== at.x || card.y !== at.y);
}

function noteSelection(editor: IEditor, changes: NodeChange<ShownNode>[]): void {
  const picks = changes.filter(change => change.type === 'select');
  if (!picks.length) {
    return;
  }
  const { store } = canvasOf(editor);
  const chosen = new Set([...editor.store.getState().selection, ...store.getState().marks]);
  picks.forEach(({ id, selected }) => (selected ? chosen.add(id) : chosen.delete(id)));
  store.setState({ marks: [...chosen].filter(isMark) });
  editor.store.setState({ selection: [...chosen].filter(id => !isMark(id)) });
}
