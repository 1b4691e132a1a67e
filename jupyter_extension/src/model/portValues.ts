/** Where the values at a node's ports lie in a run. */

import { endOf, type Flow } from './flow';
import type { IRunView, OutputShown } from './run';

export interface IFound {
  /** For people: the port, with what it comes from where several wires lead to it. */
  name: string;
  step: string;
  port: string;
  output: OutputShown;
}

export function outputsOf(run: IRunView, node: string): IFound[] {
  const outputs = Object.entries(run.steps[node]?.outputs ?? {});
  return outputs.map(([port, output]) => ({ name: port, step: node, port, output }));
}

/** What the wires have brought to a node: the outputs of the steps before it. */
export function inputsOf(run: IRunView, flow: Flow, node: string): IFound[] {
  const wires = flow.edges
    .map(edge => ({ from: endOf(edge.from), to: endOf(edge.to) }))
    .filter(({ from, to }) => to.node === node && from.port !== '');
  return wires.flatMap(({ from, to }) => {
    const output = run.steps[from.node]?.outputs?.[from.port];
    const several = wires.filter(other => other.to.port === to.port).length > 1;
    const name = several ? `${to.port} ← ${from.node}.${from.port}` : to.port;
    return output ? [{ name, step: from.node, port: from.port, output }] : [];
  });
}
