import { titleOf } from '../../../model/cards';
import { type Edge, endOf } from '../../../model/flow';
import { type IEnd, nameOfEnd, possibleWires, refusal } from '../../../model/wiring';
import type { IEditor } from '../../context';
import { currentCards } from '../cards';
import { canvasOf, type IPick } from '../state';
import { conditionWords, refusalWords } from '../words';
import { hint, selected } from './select';

export type When = 'success' | 'failure' | 'always';

/** Wires an output to an input, or says why not. */
export function connect(editor: IEditor, from: IEnd, to: IEnd, instead?: Edge): void {
  const { document, trans } = editor;
  const cards = currentCards(editor);
  const refused = refusal(document.flow, cards, from, to, instead);
  if (refused) {
    return hint(editor, refusalWords(trans, refused, cards));
  }
  const edge = { ...instead, from: nameOfEnd(from), to: nameOfEnd(to) };
  if (instead) {
    document.replaceEdge(instead, edge);
  } else {
    document.addEdge(edge);
  }
  hint(editor, trans.__('Connected %1 to %2.', nameInWords(editor, from), nameInWords(editor, to)));
}

/** "Connect to...": a list of all wires that can be made at the node. */
export function connectTo(editor: IEditor): void {
  const node = current(editor);
  const { trans } = editor;
  if (!node) {
    return hint(editor, trans.__('Select a node to connect it.'));
  }
  const wires = possibleWires(editor.document.flow, currentCards(editor), node);
  const picks = wires.map(({ from, to }, index) => pickOf(editor, node, from, to, index));
  // Ports first: wires without data are many, and rarely what is meant.
  picks.sort((a, b) => Number(a.withoutData) - Number(b.withoutData));
  open(editor, node, {
    title: trans.__('Connect to'),
    picks,
    empty: trans.__('No other node has a free port that fits.'),
    onPick: id => connect(editor, wires[Number(id)].from, wires[Number(id)].to)
  });
}

function pickOf(editor: IEditor, node: string, from: IEnd, to: IEnd, index: number): IPick & { withoutData: boolean } {
  const { trans } = editor;
  const out = from.node === node;
  const detail = from.port ? trans.__('%1 to %2', from.port, to.port) : trans.__('without data');
  const other = titleAt(editor, (out ? to : from).node);
  return {
    id: String(index),
    title: out ? trans.__('To %1', other) : trans.__('From %1', other),
    detail,
    withoutData: !from.port
  };
}

/** The wires of the selected node or wire, to change their condition or remove them by the keyboard. */
export function listWires(editor: IEditor): void {
  const node = current(editor);
  const { flow } = editor.document;
  const { trans } = editor;
  const wires = flow.edges.filter(edge => [edge.from, edge.to].some(end => endOf(end).node === node));
  open(editor, node, {
    title: trans.__('Wires'),
    picks: wires.map((edge, index) => ({
      id: String(index),
      title: wireWords(editor, edge),
      detail: conditionWords(trans, edge.when)
    })),
    empty: trans.__('The node has no wires.'),
    onPick: id => changeWire(editor, node!, wires[Number(id)])
  });
}

function changeWire(editor: IEditor, node: string, edge: Edge): void {
  const { document, trans } = editor;
  const choices: [string, () => void][] = [
    [trans.__('Remove the wire'), () => document.removeEdges([edge])],
    [trans.__('Follow it if the node succeeds'), () => setCondition(editor, [edge], 'success')],
    [trans.__('Follow it if the node fails'), () => setCondition(editor, [edge], 'failure')],
    [trans.__('Follow it always'), () => setCondition(editor, [edge], 'always')]
  ];
  open(editor, node, {
    title: wireWords(editor, edge),
    picks: choices.map(([title], index) => ({ id: String(index), title })),
    empty: '',
    onPick: id => choices[Number(id)][1]()
  });
}

/** How the first node must end for the selected wires to be followed. */
export function setWhen(editor: IEditor, when: When): void {
  setCondition(editor, selected(editor).edges, when);
}

function setCondition({ document }: IEditor, edges: readonly Edge[], when: When): void {
  document.together(() => {
    for (const edge of edges) {
      const changed: Edge = { ...edge, when };
      if (when === 'success') {
        delete changed.when;
      }
      document.replaceEdge(edge, changed);
    }
  });
}

export function wireWords(editor: IEditor, edge: Edge): string {
  const [from, to] = [endOf(edge.from), endOf(edge.to)];
  return editor.trans.__('%1 to %2', nameInWords(editor, from), nameInWords(editor, to));
}

function nameInWords(editor: IEditor, end: IEnd): string {
  return end.port ? `${titleAt(editor, end.node)} (${end.port})` : titleAt(editor, end.node);
}

function titleAt(editor: IEditor, node: string): string {
  const card = currentCards(editor).get(node);
  return card ? titleOf(card) : node;
}

function current(editor: IEditor): string | undefined {
  return canvasOf(editor).surface?.focused() ?? selected(editor).nodes[0];
}

function open(
  editor: IEditor,
  node: string | undefined,
  list: { title: string; picks: readonly IPick[]; empty: string; onPick: (id: string) => void }
): void {
  const { store, surface } = canvasOf(editor);
  const card = node === undefined ? undefined : currentCards(editor).get(node);
  const at = card ? surface?.toClient({ x: card.x + card.width / 2, y: card.y + card.height }) : surface?.centre();
  store.setState({ picking: { ...list, at: at ?? { x: 0, y: 0 } } });
}
