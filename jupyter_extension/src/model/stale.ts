/** What a run has shown of nodes that were edited since. */

import type { FlowInput } from '../_generated/flow';
import { complete, type Edge, endOf, type Flow, formatFlow, type Node } from './flow';
import { neighbours } from './graph';
import type { IStepView } from './run';
import { inputOf } from './settings';

/** Whether a node itself was edited since, or what it gets. */
export type Stale = 'own' | 'upstream';

const WORDS = ['name', 'description', 'metadata'];
const SHOWN = ['succeeded', 'reused', 'failed'];

/** The nodes of a flow that would not do what they did in the flow that was run, and all that follows them. */
export function staleNodes(ran: Flow, flow: Flow): ReadonlyMap<string, Stale> {
  const before = new Map(ran.nodes.map(node => [node.id, node]));
  const wires = wiresInto(flow.edges);
  const wiresBefore = wiresInto(ran.edges);
  const elsewhere = ran.kernel !== flow.kernel;
  const inputs = changedInputs(ran, flow);
  const isOwn = (node: Node, old: Node) =>
    workOf(node) !== workOf(old) ||
    Object.values(node.params ?? {}).some(value => inputs.has(inputOf(value) ?? '')) ||
    (elsewhere && (node.source !== undefined || node.path !== undefined));
  const stale = new Map<string, Stale>();
  for (const node of flow.nodes) {
    const old = before.get(node.id);
    if (!old || isOwn(node, old)) {
      stale.set(node.id, 'own');
    } else if (wires.get(node.id) !== wiresBefore.get(node.id)) {
      stale.set(node.id, 'upstream');
    }
  }
  return withFollowing(stale, flow.edges);
}

/** Whether a step has something to show that may be stale. */
export function mayBeStale(step: IStepView | undefined): boolean {
  return step !== undefined && SHOWN.includes(step.state);
}

function withFollowing(stale: Map<string, Stale>, edges: readonly Edge[]): ReadonlyMap<string, Stale> {
  const near = neighbours(stale.size ? edges : []);
  const next = [...stale.keys()];
  while (next.length) {
    for (const after of near.get(next.pop()!)?.after ?? []) {
      if (!stale.has(after)) {
        stale.set(after, 'upstream');
        next.push(after);
      }
    }
  }
  return stale;
}

const works = new WeakMap<Node, string>();

/** What a node does, apart from what it is called: equal texts for equal work. */
function workOf(node: Node): string {
  const known = works.get(node);
  if (known !== undefined) {
    return known;
  }
  const work = Object.fromEntries(Object.entries(node).filter(([field]) => !WORDS.includes(field))) as Node;
  const text = formatFlow(complete({ id: '', nodes: [work] }));
  works.set(node, text);
  return text;
}

/** The flow's inputs of which a run that is given nothing would have another value. */
function changedInputs(ran: Flow, flow: Flow): ReadonlySet<string> {
  const valueOf = ({ type, default: value }: FlowInput) => JSON.stringify([type ?? 'text', value ?? null]);
  const before = new Map(ran.inputs?.map(input => [input.name, valueOf(input)]));
  return new Set(flow.inputs?.filter(one => before.get(one.name) !== valueOf(one)).map(({ name }) => name));
}

/** By node, what it gets from where. */
function wiresInto(edges: readonly Edge[]): ReadonlyMap<string, string> {
  const found = new Map<string, string[]>();
  for (const { from, to, when = 'success' } of edges) {
    const { node } = endOf(to);
    found.set(node, [...(found.get(node) ?? []), `${from} ${to} ${when}`]);
  }
  return new Map([...found].map(([node, wires]) => [node, wires.sort().join('\n')]));
}
