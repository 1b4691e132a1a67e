/** Which wires can be made, and why others cannot. */

import type { ICard } from './cards';
import { type Edge, endOf, type Flow } from './flow';
import { reaches } from './graph';
import { fits, type IPort, type Kind, portOf } from './ports';

export interface IEnd {
  readonly node: string;
  /** Empty for a wire that carries no data. */
  readonly port: string;
}

/** Why a wire cannot be. */
export type Refusal =
  | { why: 'self' | 'circle' | 'twice' | 'mixed' | 'gone' }
  | { why: 'kind'; gives: Kind; takes: Kind }
  | { why: 'taken'; by: string };

export type Cards = ReadonlyMap<string, ICard>;

export function nameOfEnd({ node, port }: IEnd): string {
  return port ? `${node}.${port}` : node;
}

/** Why there can be no wire from an output to an input; null if there can. `instead` is the wire whose place it takes. */
export function refusal(flow: Flow, cards: Cards, from: IEnd, to: IEnd, instead?: Edge): Refusal | null {
  if (from.node === to.node) {
    return { why: 'self' };
  }
  if (!from.port !== !to.port) {
    return { why: 'mixed' };
  }
  const edges = flow.edges.filter(edge => edge !== instead);
  return wrongPorts(edges, cards, from, to) ?? (reaches(edges, to.node, from.node) ? { why: 'circle' } : null);
}

function wrongPorts(edges: readonly Edge[], cards: Cards, from: IEnd, to: IEnd): Refusal | null {
  if (edges.some(edge => edge.from === nameOfEnd(from) && edge.to === nameOfEnd(to))) {
    return { why: 'twice' };
  }
  if (!from.port) {
    return null;
  }
  const output = portAt(cards, 'outputs', from);
  const input = portAt(cards, 'inputs', to);
  if (!output || !input) {
    return { why: 'gone' };
  }
  if (!fits(output, input)) {
    return { why: 'kind', gives: output.kind, takes: input.kind };
  }
  const taken = input.many ? undefined : edges.find(edge => edge.to === nameOfEnd(to));
  return taken ? { why: 'taken', by: endOf(taken.from).node } : null;
}

function portAt(cards: Cards, side: 'inputs' | 'outputs', end: IEnd): IPort | undefined {
  const card = cards.get(end.node);
  return card && portOf(card.ports, side, end.port);
}

/** All wires that can be made from a node to others, or to it: what "Connect to..." offers. */
export function possibleWires(flow: Flow, cards: Cards, node: string): { from: IEnd; to: IEnd }[] {
  const found: { from: IEnd; to: IEnd }[] = [];
  for (const other of cards.keys()) {
    for (const [from, to] of [
      [node, other],
      [other, node]
    ]) {
      for (const output of endsOf(cards.get(from)!, 'outputs')) {
        const inputs = endsOf(cards.get(to)!, 'inputs');
        found.push(...inputs.filter(input => !refusal(flow, cards, output, input)).map(to => ({ from: output, to })));
      }
    }
  }
  return found;
}

function endsOf(card: ICard, side: 'inputs' | 'outputs'): IEnd[] {
  return [...card.ports[side].map(port => port.name), ''].map(port => ({ node: card.id, port }));
}

/** The port of a card at which a wire from (or to) `end` may end; null if there is none. */
export function fittingEnd(flow: Flow, cards: Cards, end: IEnd, isOutput: boolean, card: ICard): IEnd | null {
  const ends = endsOf(card, isOutput ? 'inputs' : 'outputs').filter(one => !one.port === !end.port);
  const allowed = (one: IEnd) => !refusal(flow, cards, ...(isOutput ? ([end, one] as const) : ([one, end] as const)));
  return ends.find(allowed) ?? null;
}

/** The two wires that take the place of one when a node is put into it; null if the node does not fit. */
export function splice(flow: Flow, cards: Cards, edge: Edge, node: string): [Edge, Edge] | null {
  const [from, to] = [endOf(edge.from), endOf(edge.to)];
  const card = cards.get(node);
  if (!card || from.node === node || to.node === node) {
    return null;
  }
  const cut = { ...flow, edges: flow.edges.filter(one => one !== edge) };
  const enter = fittingEnd(cut, cards, from, true, card);
  const leave = fittingEnd(cut, cards, to, false, card);
  if (!enter || !leave) {
    return null;
  }
  const { when, ...rest } = edge;
  const first = { ...rest, to: nameOfEnd(enter), ...(when && { when }) };
  return [first, { from: nameOfEnd(leave), to: edge.to }];
}
