/** The flow document: read from text, written as canonical text, the twin of `studio/flow.py`. */

import type { Edge, Execution, Flow as LooseFlow, FlowInput, Node } from '../_generated/flow';
import { flowSchema } from '../_generated/flowSchema';
import { byUtf16, FlowError, jsonText, loadJson, Ordered } from './json';
import { breach, dereferenced, isObject, type ISchema, type JsonObject } from './schema';

export type { Edge, Execution, FlowInput, Node };

export interface IPlace {
  x: number;
  y: number;
  [key: string]: unknown;
}

/** A text on the canvas. */
export interface INote {
  id: string;
  text: string[];
  x: number;
  y: number;
  width: number;
  height: number;
  [key: string]: unknown;
}

/** A frame around some nodes. */
export interface IGroup {
  id: string;
  name: string;
  nodes: string[];
  [key: string]: unknown;
}

/** A document whose lists are all there, as {@link parseFlow} gives it. */
export type Flow = LooseFlow & {
  nodes: Node[];
  edges: Edge[];
  layout: Record<string, IPlace>;
  notes: INote[];
  groups: IGroup[];
};

export const FORMAT = 1;
export const CODE = 'code';
export const NOTEBOOK = 'notebook';

/** The flow of a text. Throws {@link FlowError}: one line that says what is wrong and where. */
export function parseFlow(text: string): Flow {
  const document = loadJson(text.replace(/^\ufeff/, ''));
  if (!isObject(document)) {
    throw new FlowError('A flow is a JSON object. Open a .flow file.');
  }
  checkFormat(document.format ?? FORMAT);
  const wrong = breach(document, flowSchema);
  if (wrong) {
    throw new FlowError(`${wrong}.`);
  }
  return complete(document);
}

/** The same document with the lists that it leaves out. */
export function complete(document: JsonObject): Flow {
  const empty: JsonObject = { format: FORMAT, nodes: [], edges: [], layout: {}, notes: [], groups: [] };
  return Object.fromEntries([...Object.entries(empty), ...Object.entries(document)]) as Flow;
}

/** The flow's canonical text: equal for equal content, whatever the order in which it was written. */
export function formatFlow(flow: Flow): string {
  return `${jsonText(flowValue(flow))}\n`;
}

export function newFlow(name: string): Flow {
  return complete({ id: newFlowId(), name });
}

export function newFlowId(): string {
  const letters = 'abcdefghijklmnopqrstuvwxyz0123456789';
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return `f_${Array.from(bytes, byte => letters[byte % letters.length]).join('')}`;
}

/** `node.port` in its two parts; the port is empty for an edge that carries no data. */
export function endOf(end: string): { node: string; port: string } {
  const at = end.indexOf('.');
  return at < 0 ? { node: end, port: '' } : { node: end.slice(0, at), port: end.slice(at + 1) };
}

function checkFormat(format: unknown): void {
  if (format !== FORMAT) {
    const shown = JSON.stringify(format)?.slice(0, 40);
    throw new FlowError(`The flow has format ${shown}; this Millrace reads format ${FORMAT}. Update Millrace.`);
  }
}

// Canonical text ------------------------------------------------------------------------------------------------------

const ALWAYS = new Set(['format', 'nodes', 'edges']);

function flowValue(flow: Flow): Ordered {
  const value = part({ ...flow, layout: placed(flow.layout) }, flowSchema);
  const order: Record<string, (pairs: Map<string, unknown>) => string[]> = {
    nodes: node => [node.get('id') as string],
    edges: edge => [edge.get('from') as string, edge.get('to') as string]
  };
  return new Ordered(
    value.pairs.map(([key, items]) => [key, order[key] ? sorted(items as Ordered[], order[key]) : items])
  );
}

/** Parts in the order of their keys; those of the same keys, which is a mistake, by their text. */
function sorted(items: readonly Ordered[], keys: (pairs: Map<string, unknown>) => string[]): Ordered[] {
  return items
    .map(item => ({ item, keys: [...keys(new Map(item.pairs)), jsonText(item)] }))
    .sort((a, b) => compare(a.keys, b.keys))
    .map(({ item }) => item);
}

/** A part of the document: fields in schema order without defaults, then unknown ones, user data sorted. */
function part(value: JsonObject, schema: ISchema): Ordered {
  const properties = schema.properties ?? {};
  const known = Object.keys(properties)
    .filter(name => Object.hasOwn(value, name))
    .map(name => [name, written(value[name], properties[name])] as const)
    .filter(([name, item]) => isRequired(name, schema) || !isDefault(item, properties[name]));
  const rest = Object.entries(value).filter(([key]) => !Object.hasOwn(properties, key));
  return new Ordered([...known, ...rest.sort(([a], [b]) => byUtf16(a, b))]);
}

function isRequired(name: string, schema: ISchema): boolean {
  return ALWAYS.has(name) || (schema.required?.includes(name) ?? false);
}

function written(value: unknown, field: ISchema): unknown {
  const schema = dereferenced(field, flowSchema);
  if (isObject(value) && schema.properties) {
    return part(value, schema);
  }
  return Array.isArray(value) && schema.items ? value.map(item => written(item, schema.items!)) : value;
}

/** Fields that are parts have none but defaults when nothing of them is written. */
function isDefault(item: unknown, field: ISchema): boolean {
  if (item instanceof Ordered) {
    return item.pairs.length === 0;
  }
  const value = field.default !== undefined ? field.default : field.type === 'array' ? [] : {};
  return jsonText(item) === jsonText(value);
}

/** Positions are whole grid units. */
function placed(layout: Record<string, IPlace>): JsonObject {
  const whole = (key: string, at: unknown) =>
    (key === 'x' || key === 'y') && typeof at === 'number' ? Math.round(at) : at;
  return mapped(layout, place => mapped(place, (at, key) => whole(key, at)));
}

function mapped<T>(value: { [key: string]: T }, change: (item: T, key: string) => unknown): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, change(item, key)]));
}

function compare(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((key, index) => key !== b[index]);
  return at < 0 ? 0 : byUtf16(a[at], b[at]);
}
