import { titleOf } from '../../../model/cards';
import { type Edge, endOf } from '../../../model/flow';
import { GRID, type IPoint } from '../../../model/grid';
import { NO_PORTS } from '../../../model/ports';
import { type IEnd, nameOfEnd, possibleWires, refusal } from '../../../model/wiring';
import type { IEditor } from '../../context';
import { currentCards } from '../cards';
import { canvasOf } from '../state';
import { conditionWords, refusalWords } from '../words';
import { offerBetween, offerFitting } from './pick';
import { currentNode, hint, selected } from './select';

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

/** One line of a list, and what it does. */
interface IChoice {
  readonly title: string;
  readonly detail?: string;
  readonly act: () => void;
}

/** "Connect to...": a list of all wires that can be made at the node, to other nodes and to new ones. */
export function connectTo(editor: IEditor): void {
  const node = currentNode(editor);
  const { trans } = editor;
  if (!node) {
    return hint(editor, trans.__('Select a node to connect it.'));
  }
  const wires = possibleWires(editor.document.flow, currentCards(editor), node);
  const toOthers = (withData: boolean) =>
    wires.filter(({ from }) => (from.port !== '') === withData).map(({ from, to }) => choiceOf(editor, node, from, to));
  // Ports first: wires without data are many, and rarely what is meant.
  const choices = [...toOthers(true), ...toNewNodes(editor, node), ...toOthers(false)];
  open(editor, node, trans.__('Connect to'), choices, trans.__('No other node has a free port that fits.'));
}

function choiceOf(editor: IEditor, node: string, from: IEnd, to: IEnd): IChoice {
  const { trans } = editor;
  const out = from.node === node;
  const other = titleAt(editor, (out ? to : from).node);
  return {
    title: out ? trans.__('To %1', other) : trans.__('From %1', other),
    detail: from.port ? trans.__('%1 to %2', from.port, to.port) : trans.__('without data'),
    act: () => connect(editor, from, to)
  };
}

function toNewNodes(editor: IEditor, node: string): IChoice[] {
  const { trans } = editor;
  const { inputs, outputs } = currentCards(editor).get(node)?.ports ?? NO_PORTS;
  const fed = new Set(editor.document.flow.edges.map(edge => edge.to));
  const choice = (port: string, isOutput: boolean): IChoice => ({
    title: isOutput ? trans.__('To a new node') : trans.__('From a new node'),
    detail: port,
    act: () => offerFitting(editor, { node, port }, isOutput, beside(editor, node, isOutput))
  });
  return [
    ...outputs.map(({ name }) => choice(name, true)),
    ...inputs
      .filter(({ name, many }) => many || !fed.has(nameOfEnd({ node, port: name })))
      .map(({ name }) => choice(name, false))
  ];
}

/** The wires of the selected node, to change or remove them by the keyboard. */
export function listWires(editor: IEditor): void {
  const node = currentNode(editor);
  const { trans } = editor;
  const wires = editor.document.flow.edges.filter(edge => [edge.from, edge.to].some(end => endOf(end).node === node));
  const choices = wires.map(edge => ({
    title: wireWords(editor, edge),
    detail: conditionWords(trans, edge.when),
    act: () => changeWire(editor, node!, edge)
  }));
  open(editor, node, trans.__('Wires'), choices, trans.__('The node has no wires.'));
}

function changeWire(editor: IEditor, node: string, edge: Edge): void {
  const { document, trans } = editor;
  const follow = (when: When) => () => setCondition(editor, [edge], when);
  const choices: IChoice[] = [
    { title: trans.__('Remove the wire'), act: () => document.removeEdges([edge]) },
    {
      title: trans.__('Put a node in between…'),
      act: () => offerBetween(editor, edge, placeOfList(editor, node))
    },
    { title: trans.__('Follow it if the node succeeds'), act: follow('success') },
    { title: trans.__('Follow it if the node fails'), act: follow('failure') },
    { title: trans.__('Follow it always'), act: follow('always') }
  ];
  open(editor, node, wireWords(editor, edge), choices, '');
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

function open(editor: IEditor, node: string | undefined, title: string, choices: IChoice[], empty: string): void {
  const picks = choices.map((choice, index) => ({ id: String(index), title: choice.title, detail: choice.detail }));
  const onPick = (id: string) => choices[Number(id)].act();
  canvasOf(editor).store.setState({ picking: { title, picks, empty, onPick, at: placeOfList(editor, node) } });
}

/** Where a wire of the node would be let go, in pixels of the window. */
function beside(editor: IEditor, node: string, isOutput: boolean): IPoint {
  const { x, y, width } = currentCards(editor).get(node)!;
  const at = { x: isOutput ? x + width + 3 * GRID : x - 3 * GRID, y: y + 2 * GRID };
  return canvasOf(editor).surface?.toClient(at) ?? at;
}

/** Below a node, else in the middle, in pixels of the window. */
function placeOfList(editor: IEditor, node: string | undefined): IPoint {
  const { surface } = canvasOf(editor);
  const card = node === undefined ? undefined : currentCards(editor).get(node);
  const at = card ? surface?.toClient({ x: card.x + card.width / 2, y: card.y + card.height }) : surface?.centre();
  return at ?? { x: 0, y: 0 };
}
