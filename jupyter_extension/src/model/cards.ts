/** What the canvas shows of each node, apart from its state in a run. */

import type { components } from '../_generated/api';
import { arrange } from './arrange';
import { CODE, type Flow, type Node, NOTEBOOK } from './flow';
import { CARD_WIDTH, FOOT_HEIGHT, HEAD_HEIGHT, type IBox, isPlace, ROW_HEIGHT, toPixels } from './grid';
import { type IPorts, NO_PORTS, wiredPorts, withWired } from './ports';

type Schemas = components['schemas'];
export type Manifest = Schemas['ComponentManifest'];
export type FlowProblem = Schemas['FlowProblem'];

export interface ICard extends IBox {
  readonly id: string;
  readonly node: Node;
  /** Of its type, as the palette calls it. */
  readonly typeName: string;
  readonly category: string;
  readonly icon: string;
  /** Whether its component is installed, or may be: nobody has said otherwise. */
  readonly installed: boolean;
  readonly ports: IPorts;
  readonly problems: readonly FlowProblem[];
  /** Whether the file says where it lies. */
  readonly placed: boolean;
}

export interface ITold {
  readonly components: readonly Manifest[] | null;
  readonly checked: Schemas['Validated'] | null;
}

/** The cards of a flow, in its order; those that did not change are the same objects as before. */
export function cardsOf(flow: Flow, told: ITold, before: ReadonlyMap<string, ICard>): Map<string, ICard> {
  const manifests = new Map(told.components?.map(manifest => [manifest.id, manifest]));
  const wired = wiredPorts(flow.edges);
  const problems = byNode(told.checked?.problems ?? []);
  const cards = flow.nodes.map(node => {
    const manifest = manifests.get(node.type);
    const known = told.checked?.ports[node.id] ?? manifest ?? NO_PORTS;
    const ports = withWired({ inputs: known.inputs, outputs: known.outputs }, wired.get(node.id) ?? NO_PORTS);
    const own = node.type === CODE || node.type === NOTEBOOK;
    return {
      ...{ id: node.id, node, ports, x: 0, y: 0, width: CARD_WIDTH, height: heightOf(ports), placed: false },
      ...look(node, manifest),
      installed: own || !told.components || manifest !== undefined,
      problems: problems.get(node.id) ?? []
    };
  });
  return new Map(placed(flow, cards, before).map(card => [card.id, kept(card, before.get(card.id))]));
}

export function heightOf(ports: IPorts): number {
  return HEAD_HEIGHT + Math.max(ports.inputs.length, ports.outputs.length, 1) * ROW_HEIGHT + FOOT_HEIGHT;
}

export function titleOf(card: ICard): string {
  return card.node.name || card.typeName;
}

function byNode(problems: readonly FlowProblem[]): Map<string, FlowProblem[]> {
  const found = new Map<string, FlowProblem[]>();
  problems.forEach(problem => found.set(problem.node, [...(found.get(problem.node) ?? []), problem]));
  return found;
}

function look(node: Node, manifest: Manifest | undefined): Pick<ICard, 'typeName' | 'category' | 'icon'> {
  if (node.type === CODE || node.type === NOTEBOOK) {
    const typeName = node.type === CODE ? 'Python code' : 'Notebook';
    return { typeName, category: 'Code', icon: node.type };
  }
  return { typeName: manifest?.name ?? node.type, category: manifest?.category ?? '', icon: manifest?.icon ?? '' };
}

/** Cards that the file gives no place lie where they were shown before; else a layout is made for them. */
function placed(flow: Flow, cards: ICard[], before: ReadonlyMap<string, ICard>): ICard[] {
  const homeless = cards.filter(card => !isPlace(flow.layout[card.id]) && !before.has(card.id));
  const made = homeless.length ? arrange(cards, flow.edges) : new Map<string, { x: number; y: number }>();
  const offset = homeless.length < cards.length ? below(flow, cards) : 0;
  return cards.map(card => {
    const place = flow.layout[card.id];
    if (isPlace(place)) {
      return { ...card, ...toPixels(place), placed: true };
    }
    const { x, y } = before.get(card.id) ?? { x: made.get(card.id)!.x, y: made.get(card.id)!.y + offset };
    return { ...card, x, y };
  });
}

/** Where there is room below those that have a place. */
function below(flow: Flow, cards: ICard[]): number {
  const ends = cards.flatMap(card => {
    const place = flow.layout[card.id];
    return isPlace(place) ? [toPixels(place).y + card.height + 2 * ROW_HEIGHT] : [];
  });
  return ends.length ? Math.max(...ends) : 0;
}

function kept(card: ICard, before: ICard | undefined): ICard {
  if (!before || card.node !== before.node) {
    return card;
  }
  const parts = (one: ICard) =>
    JSON.stringify([one.x, one.y, one.placed, one.installed, one.typeName, one.icon, one.ports, one.problems]);
  return parts(card) === parts(before) ? before : card;
}
