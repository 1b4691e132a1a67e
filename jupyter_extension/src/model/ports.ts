/** Where wires may end: the ports of each node's card. */

import type { components } from '../_generated/api';
import { type Edge, endOf } from './flow';

type Schemas = components['schemas'];
export type PortManifest = Schemas['PortManifest'];
export type Kind = PortManifest['kind'] | 'unknown';
export type Side = 'inputs' | 'outputs';

export interface IPort {
  readonly name: string;
  /** `unknown` where nobody has told yet, or no longer: it fits everything. */
  readonly kind: Kind;
  readonly many: boolean;
  readonly required: boolean;
  readonly description: string;
}

export interface IPorts {
  readonly inputs: readonly IPort[];
  readonly outputs: readonly IPort[];
}

export const NO_PORTS: IPorts = { inputs: [], outputs: [] };

/** What is known of a node's ports, and the ports that only its wires name: no wire is left without an end. */
export function withWired(known: IPorts, wired: IPorts): IPorts {
  return { inputs: union(known.inputs, wired.inputs), outputs: union(known.outputs, wired.outputs) };
}

/** By node, the ports that edges name. */
export function wiredPorts(edges: readonly Edge[]): ReadonlyMap<string, IPorts> {
  const found = new Map<string, { inputs: IPort[]; outputs: IPort[] }>();
  const note = (end: string, side: Side) => {
    const { node, port } = endOf(end);
    const ports = found.get(node) ?? { inputs: [], outputs: [] };
    found.set(node, ports);
    if (port && !ports[side].some(one => one.name === port)) {
      ports[side].push({ name: port, kind: 'unknown', many: false, required: false, description: '' });
    }
  };
  edges.forEach(edge => {
    note(edge.from, 'outputs');
    note(edge.to, 'inputs');
  });
  return found;
}

export function portOf(ports: IPorts, side: Side, name: string): IPort | undefined {
  return ports[side].find(port => port.name === name);
}

export function fits(output: IPort, input: IPort): boolean {
  return output.kind === input.kind || output.kind === 'unknown' || input.kind === 'unknown';
}

function union(known: readonly IPort[], wired: readonly IPort[]): readonly IPort[] {
  const more = wired.filter(port => !known.some(one => one.name === port.name));
  return more.length ? [...known, ...more] : known;
}
