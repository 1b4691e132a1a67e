import { align as aligned, type Alignment, arrange, distribute as distributed } from '../../../model/arrange';
import type { INote, IPlace } from '../../../model/flow';
import { GRID, type IPoint, isPlace, placeAt, toPixels } from '../../../model/grid';
import type { Direction } from '../../../model/steer';
import type { IEditor } from '../../context';
import { currentCards } from '../cards';
import { canvasOf } from '../state';
import { hint, selected } from './select';

/** One unit of the grid in each direction. */
export const STEPS: Record<Direction, IPoint> = {
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 }
};

/** Puts nodes and notes (by id) at points; nodes that had no place yet get the one at which they are shown. */
export function putAt(
  editor: IEditor,
  nodes: ReadonlyMap<string, IPoint>,
  notes: ReadonlyMap<string, IPoint> = new Map()
): void {
  const { document } = editor;
  const { layout } = document.flow;
  const places: Record<string, IPlace> = {};
  for (const card of currentCards(editor).values()) {
    const point = nodes.get(card.id);
    if (point || !card.placed) {
      places[card.id] = placeAt(point ?? card, layout[card.id]);
    }
  }
  document.together(() => {
    document.move(places);
    for (const note of document.flow.notes as INote[]) {
      const point = notes.get(note.id);
      if (point) {
        document.setNote({ ...note, ...placeAt(point) });
      }
    }
  });
}

/** Moves what is selected by one unit of the grid. */
export function nudge(editor: IEditor, direction: Direction): void {
  const { nodes, notes, groups } = selected(editor);
  const { flow } = editor.document;
  const step = STEPS[direction];
  const by = (point: IPoint) => ({ x: point.x + step.x * GRID, y: point.y + step.y * GRID });
  const members = flow.groups.filter(group => groups.includes(String(group.id))).flatMap(group => group.nodes ?? []);
  const cards = currentCards(editor);
  const ids = [...new Set([...nodes, ...(members as string[])])].filter(id => cards.has(id));
  putAt(
    editor,
    new Map(ids.map(id => [id, by(cards.get(id)!)])),
    new Map(
      (flow.notes as INote[])
        .filter(note => notes.includes(note.id) && isPlace(note))
        .map(note => [note.id, by(toPixels(note))])
    )
  );
}

export function align(editor: IEditor, to: Alignment): void {
  const boxes = chosen(editor);
  if (boxes.length < 2) {
    return hint(editor, editor.trans.__('Select two nodes or more to align them.'));
  }
  putAt(editor, aligned(boxes, to));
}

export function distribute(editor: IEditor, axis: 'x' | 'y'): void {
  const boxes = chosen(editor);
  if (boxes.length < 3) {
    return hint(editor, editor.trans.__('Select three nodes or more to distribute them.'));
  }
  putAt(editor, distributed(boxes, axis));
}

/** Lays out the selected nodes where they are, or all. */
export function tidy(editor: IEditor): void {
  const some = chosen(editor);
  const boxes = some.length > 1 ? some : [...currentCards(editor).values()];
  if (!boxes.length) {
    return;
  }
  const corner = { x: Math.min(...boxes.map(box => box.x)), y: Math.min(...boxes.map(box => box.y)) };
  const made = arrange(boxes, editor.document.flow.edges);
  putAt(editor, new Map([...made].map(([id, point]) => [id, { x: point.x + corner.x, y: point.y + corner.y }])));
  if (some.length < 2) {
    canvasOf(editor).surface?.fit();
  }
}

function chosen(editor: IEditor) {
  const cards = currentCards(editor);
  return selected(editor).nodes.flatMap(id => cards.get(id) ?? []);
}
