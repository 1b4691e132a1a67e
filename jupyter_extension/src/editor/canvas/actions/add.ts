import { catalog, type IOffer, nodeOf, readerOf } from '../../../model/catalog';
import { cardsOf, titleOf } from '../../../model/cards';
import { newNodeId } from '../../../model/clipboard';
import { type Edge, endOf, type Node } from '../../../model/flow';
import { CARD_WIDTH, GRID, type IPoint, placeAt } from '../../../model/grid';
import { fits, type IPort, portOf } from '../../../model/ports';
import { folderOf, relativePath } from '../../../model/relativePath';
import { type Cards, type IEnd, nameOfEnd, splice } from '../../../model/wiring';
import type { IEditor } from '../../context';
import { currentCards } from '../cards';
import { canvasOf } from '../state';
import { hint, select } from './select';

export function offers(editor: IEditor): IOffer[] {
  return catalog(editor.store.getState().components);
}

/** Adds a node of a type, at a point of the flow (else where there is room), put into a wire if one is given. */
export function addOffer(editor: IEditor, id: string, at?: IPoint, wire?: Edge): void {
  const offer = offers(editor).find(one => one.id === id);
  if (!offer) {
    return hint(editor, editor.trans.__('There is no component "%1" here. Install its plugin.', id));
  }
  const node = nodeOf(offer, newNodeId(taken(editor), offer.id.replace('.', '_')));
  addNode(editor, node, at ?? room(editor, wire), wire);
}

/** Adds a node of a type, wired to an end that was pulled into empty space. */
export function addWired(editor: IEditor, offer: IOffer, end: IEnd, isOutput: boolean, at: IPoint): void {
  const id = newNodeId(taken(editor), offer.id.replace('.', '_'));
  const port = end.port ? (fittingPort(editor, offer, end, isOutput)?.name ?? '') : '';
  const other = nameOfEnd({ node: id, port });
  const edge = isOutput ? { from: nameOfEnd(end), to: other } : { from: other, to: nameOfEnd(end) };
  const place = free(editor, { x: isOutput ? at.x : at.x - CARD_WIDTH, y: at.y - 2 * GRID });
  editor.document.together(() => {
    editor.document.addNode(nodeOf(offer, id), placeAt(place));
    editor.document.addEdge(edge);
  });
  show(editor, [id]);
}

/** The port of an offered type to which a wire fits; undefined if there is none. */
export function fittingPort(editor: IEditor, offer: IOffer, end: IEnd, isOutput: boolean): IPort | undefined {
  const card = currentCards(editor).get(end.node);
  const port = card && portOf(card.ports, isOutput ? 'outputs' : 'inputs', end.port);
  const ports = isOutput ? offer.ports.inputs : offer.ports.outputs;
  return port && ports.find(one => (isOutput ? fits(port, one) : fits(one, port)));
}

/** Puts a node into a wire: what fed the one behind it now goes through it. */
export function spliceInto(editor: IEditor, edge: Edge, node: string, cards: Cards = currentCards(editor)): void {
  const { document, trans } = editor;
  const wires = splice(document.flow, cards, edge, node);
  if (!wires) {
    return hint(editor, trans.__('The node does not fit into this wire: it needs an input and an output of its kind.'));
  }
  document.together(() => {
    document.removeEdges([edge]);
    wires.forEach(wire => document.addEdge(wire));
  });
}

/** A reader for each data file, configured, where there is room or at a point; says of the others why there is none. */
export function addFiles(editor: IEditor, files: readonly string[], at: IPoint = room(editor)): void {
  const { trans } = editor;
  const components = editor.store.getState().components ?? [];
  const made: string[] = [];
  const ids = taken(editor);
  const unread: string[] = [];
  editor.document.together(() => {
    files.forEach(file => {
      const reader = readerOf(components, file);
      const path = reader && pathFromFlow(editor, file);
      if (!reader || path === null) {
        unread.push(file);
        return;
      }
      const stem = file.replace(/^.*\//, '').replace(/\.[^.]*(\.gz)?$/, '');
      const id = newNodeId(ids, stem);
      ids.add(id);
      const offer = offers(editor).find(one => one.id === reader.manifest.id)!;
      const place = placeAt({ x: at.x, y: at.y + made.length * 5 * GRID });
      editor.document.addNode({ ...nodeOf(offer, id, { [reader.field]: path }), name: stem }, place);
      made.push(id);
    });
  });
  show(editor, made);
  const names = unread.map(file => file.replace(/^.*\//, '')).join(', ');
  hint(
    editor,
    unread.length ? trans.__('Nothing that is installed reads %1. Drop CSV, Excel, Parquet or JSON.', names) : ''
  );
}

/** As the flow names it; null where the file lies on another drive than the flow. */
function pathFromFlow(editor: IEditor, file: string): string | null {
  const { contents } = editor;
  const [own, other] = [editor.path(), file].map(path => contents.driveName(path));
  return own === other ? relativePath(folderOf(contents.localPath(editor.path())), contents.localPath(file)) : null;
}

function addNode(editor: IEditor, node: Node, at: IPoint, wire?: Edge): void {
  const { document, store } = editor;
  // The document tells of the node only when all edits are done.
  const cards = cardsOf({ ...document.flow, nodes: [...document.flow.nodes, node] }, store.getState(), new Map());
  hint(editor, editor.trans.__('Added "%1".', titleOf(cards.get(node.id)!)));
  document.together(() => {
    document.addNode(node, placeAt(at));
    if (wire) {
      spliceInto(editor, wire, node.id, cards);
    }
  });
  show(editor, [node.id]);
}

function show(editor: IEditor, nodes: readonly string[]): void {
  if (nodes.length) {
    select(editor, nodes);
    canvasOf(editor).surface?.focus(nodes[0]);
  }
}

function taken(editor: IEditor): Set<string> {
  return new Set(editor.document.flow.nodes.map(node => node.id.toLowerCase()));
}

/** Room for a card in the middle of a wire, or of what is in sight. */
function room(editor: IEditor, wire?: Edge): IPoint {
  const known = currentCards(editor);
  const ends = wire ? [wire.from, wire.to].flatMap(end => known.get(endOf(end).node) ?? []) : [];
  return free(editor, ends.length === 2 ? middle(ends[0], ends[1]) : middleOfSight(editor));
}

/** The first place from a point downwards where a card covers no other. */
function free(editor: IEditor, { x, y }: IPoint): IPoint {
  const cards = [...currentCards(editor).values()];
  const isCovered = (top: number) =>
    cards.some(card => Math.abs(card.x - x) < CARD_WIDTH && Math.abs(card.y - top) < Math.max(card.height, 4 * GRID));
  let top = y;
  while (isCovered(top)) {
    top += 2 * GRID;
  }
  return { x, y: top };
}

function middle(a: IPoint, b: IPoint): IPoint {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 };
}

function middleOfSight(editor: IEditor): IPoint {
  const surface = canvasOf(editor).surface;
  const centre = surface ? surface.toFlow(surface.centre()) : { x: 0, y: 0 };
  return { x: centre.x - CARD_WIDTH / 2, y: centre.y - 2 * GRID };
}
