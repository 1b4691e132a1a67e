/** A node's settings: their schema, which problem belongs to which, and where a value comes from. */

import type { components } from '../_generated/api';
import { CODE, endOf, type Flow, type Node, NOTEBOOK } from './flow';
import type { IFormSchema, IMark } from './form';
import type { IRunView } from './run';
import { isObject } from './schema';

type Schemas = components['schemas'];
export type Manifest = Schemas['ComponentManifest'];
export type Checked = Schemas['Validated'];
export type FlowProblem = Schemas['FlowProblem'];
export type Column = Schemas['ColumnShown'];

/** The form of a node; null while nobody knows it. */
export function settingsSchema(
  node: Node,
  components: readonly Manifest[] | null,
  checked: Checked | null
): IFormSchema | null {
  if (node.type === CODE || node.type === NOTEBOOK) {
    return (checked?.forms[node.id] as IFormSchema | undefined) ?? null;
  }
  const manifest = components?.find(one => one.id === node.type);
  return manifest ? manifestSchema(manifest) : null;
}

/** A component's settings, and the credentials that it asks for. */
function manifestSchema(manifest: Manifest): IFormSchema {
  const { credentials = {}, optional_credentials: optional = [] } = manifest;
  const params = manifest.params as IFormSchema;
  const fields = Object.entries(credentials).map(([name, type]) => [name, credentialField(name, type)] as const);
  return {
    ...params,
    properties: { ...params.properties, ...Object.fromEntries(fields) },
    required: [...(params.required ?? []), ...Object.keys(credentials).filter(name => !optional.includes(name))]
  };
}

function credentialField(name: string, type: string): IFormSchema {
  const title = name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
  return { type: 'object', title, 'x-millrace': { widget: 'credential', type } };
}

/** The flow input that a value stands for; null for a value of its own. */
export function inputOf(value: unknown): string | null {
  return isObject(value) && typeof value.$input === 'string' ? value.$input : null;
}

const NONE: readonly FlowProblem[] = [];

/** Problems of one node by the top-level field at which they show; '' for those of the node itself. */
export function problemsByField(
  checked: Checked | null,
  node: string,
  fields: readonly string[]
): ReadonlyMap<string, readonly FlowProblem[]> {
  const found = new Map<string, FlowProblem[]>();
  for (const problem of checked?.problems ?? NONE) {
    if (problem.node === node) {
      const first = problem.field.split('.')[0];
      const key = fields.includes(first) ? first : '';
      found.set(key, [...(found.get(key) ?? []), problem]);
    }
  }
  return found;
}

/** Those at a place within a field, `measures.0.column`; a problem of a place that no field shows stays above. */
export function problemsAt(problems: readonly FlowProblem[], path: string): readonly FlowProblem[] {
  return problems.filter(one => one.field === path);
}

export interface IOfferedColumns {
  columns: readonly Column[];
  /** The columns are those of the last run, for none are predicted. */
  fromRun: boolean;
}

const NO_COLUMNS: IOfferedColumns = { columns: [], fromRun: false };

/** The columns that a picker offers for an input port. */
export function columnsAt(
  flow: Flow,
  node: string,
  mark: IMark | undefined,
  checked: Checked | null,
  run: IRunView | null
): IOfferedColumns {
  const { port } = mark ?? {};
  const sources = flow.edges.filter(edge => edge.to === `${node}.${port}`).map(edge => endOf(edge.from));
  if (!port || !sources.length) {
    return NO_COLUMNS;
  }
  const predicted = checked?.pickers[node]?.[port];
  const known = sources.every(from => checked?.schemas[from.node]?.[from.port]);
  const columns = predicted ?? sources.flatMap(from => ranColumns(run, from.node, from.port));
  return { columns: fitting(columns, mark?.types ?? []), fromRun: !known && columns.length > 0 };
}

function ranColumns(run: IRunView | null, node: string, port: string): readonly Column[] {
  const outputs = run?.steps[node]?.outputs;
  const columns = isObject(outputs) && isObject(outputs[port]) ? outputs[port].columns : null;
  return Array.isArray(columns) ? (columns as Column[]) : [];
}

/** Those of the types that a field asks for; `decimal` means any. */
function fitting(columns: readonly Column[], types: readonly string[]): readonly Column[] {
  const wanted = new Set(types.map(stem));
  return wanted.size ? columns.filter(one => wanted.has(stem(one.type))) : columns;
}

function stem(type: string): string {
  return type.split(/[([<]/)[0];
}
