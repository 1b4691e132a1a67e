/** The JSON Schema of settings, made ready for a form: references followed, and each field given what edits it. */

import { isObject, type JsonObject } from './schema';

/** What a component's author said of a field beyond JSON Schema: `studio/ui.py`. */
export interface IMark {
  readonly widget: 'column' | 'columns' | 'options' | 'code' | 'credential' | 'file';
  readonly port?: string;
  readonly types?: readonly string[];
  readonly depends_on?: readonly string[];
  readonly language?: string;
  readonly type?: string;
  readonly write?: boolean;
}

export interface IFormSchema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, IFormSchema>>;
  readonly type?: string;
  readonly format?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly IFormSchema[];
  readonly oneOf?: readonly IFormSchema[];
  readonly properties?: Readonly<Record<string, IFormSchema>>;
  readonly required?: readonly string[];
  readonly items?: IFormSchema;
  readonly additionalProperties?: boolean | IFormSchema;
  readonly 'x-millrace'?: IMark;
}

/** A field as the form takes it: rjsf's schema, and what edits it (`ui:field`), with the schema as it was (`source`). */
export interface IFormField {
  readonly schema: IFormSchema;
  readonly ui: JsonObject;
}

/** How deep forms go: a schema that refers to itself ends as JSON. */
const DEEPEST = 6;

export function formField(raw: IFormSchema, root: IFormSchema, depth = 0): IFormField {
  const schema = plainSchema(raw, root);
  const own = ownEditor(schema) ?? (depth >= DEEPEST ? 'json' : null);
  if (own) {
    return { schema: bare(schema), ui: { 'ui:field': own, 'ui:options': { source: schema } } };
  }
  if (schema.oneOf ?? schema.anyOf) {
    return choiceField(schema, root, depth);
  }
  return schema.type === 'array' ? listField(schema, root, depth) : objectField(schema, root, depth);
}

/** The schema with its reference followed, and without the null that stands for "not given". */
export function plainSchema(raw: IFormSchema, root: IFormSchema): IFormSchema {
  let schema = raw;
  for (let hops = 0; schema.$ref !== undefined && hops < 20; hops++) {
    const { $ref, ...rest } = schema;
    schema = { ...root.$defs?.[$ref.replace(/^.*\//, '')], ...rest };
  }
  const members = schema.anyOf?.filter(one => one.type !== 'null');
  if (schema.anyOf && members?.length === 1) {
    const member = plainSchema(members[0], root);
    return { ...member, ...schema, anyOf: member.anyOf };
  }
  return members ? { ...schema, anyOf: members } : schema;
}

export type FieldEditor =
  'choice' | 'code' | 'credential' | 'day' | 'file' | 'json' | 'list' | 'pairs' | 'scalar' | 'tick' | 'words';

/** What edits a field that is one thing; null where it consists of others. */
function ownEditor(schema: IFormSchema): FieldEditor | null {
  const widget = schema['x-millrace']?.widget;
  if (widget === 'credential') {
    return 'credential';
  }
  if (schema.enum || (schema.const !== undefined && schema.type !== 'object')) {
    return 'choice';
  }
  if (schema.anyOf?.every(isScalar)) {
    return schema.anyOf.every(one => one.type === 'string') ? 'words' : 'scalar';
  }
  if (schema.type === undefined) {
    return schema.anyOf || schema.oneOf || schema.properties ? null : 'json';
  }
  return schema.type === 'string' ? textEditor(schema, widget) : typeEditor(schema);
}

function textEditor(schema: IFormSchema, widget: string | undefined): FieldEditor {
  if (widget === 'code' || widget === 'file') {
    return widget;
  }
  return schema.format === 'date' ? 'day' : 'words';
}

function typeEditor(schema: IFormSchema): FieldEditor | null {
  switch (schema.type) {
    case 'boolean':
      return 'tick';
    case 'integer':
    case 'number':
      return 'scalar';
    case 'array':
      return schema.items === undefined || isScalar(schema.items) ? 'list' : null;
    case 'object':
      return schema.properties ? null : 'pairs';
    default:
      return 'json';
  }
}

const SCALARS = ['string', 'integer', 'number', 'boolean'];

export function isScalar(schema: IFormSchema): boolean {
  return SCALARS.includes(schema.type ?? '') || (schema.anyOf?.every(isScalar) ?? false);
}

/** Whether a text may stand for a number: `0.05` in a field that takes numbers. */
export function takesNumbers(schema: IFormSchema): boolean {
  return schema.type === 'integer' || schema.type === 'number' || (schema.anyOf?.some(takesNumbers) ?? false);
}

export function takesText(schema: IFormSchema): boolean {
  return schema.type === 'string' || (schema.anyOf?.some(takesText) ?? false);
}

/** What a typed text means in a field: a number where it is one and the field takes it, else the text itself. */
export function readScalar(text: string, schema: IFormSchema): unknown {
  const number = Number(text);
  const isNumber = text.trim() !== '' && Number.isFinite(number) && takesNumbers(schema);
  // Where text is allowed too, 1.50 stays as it was typed: money is exact.
  return isNumber && !(takesText(schema) && String(number) !== text) ? number : text;
}

function choiceField(schema: IFormSchema, root: IFormSchema, depth: number): IFormField {
  const key = schema.oneOf ? 'oneOf' : 'anyOf';
  const fields = (schema.oneOf ?? schema.anyOf ?? []).map((one, at) => {
    const field = formField(one, root, depth + 1);
    return { ...field, schema: { title: `Choice ${at + 1}`, ...field.schema } };
  });
  return {
    schema: { ...bare(schema), [key]: fields.map(one => one.schema) },
    ui: { [key]: fields.map(one => one.ui) }
  };
}

/** A list begins empty: rjsf would fill it up to the fewest items, which changes the file by looking at it. */
function listField(schema: IFormSchema, root: IFormSchema, depth: number): IFormField {
  const items = formField(schema.items ?? {}, root, depth + 1);
  return { schema: { ...bare(schema), items: items.schema }, ui: { items: items.ui } };
}

function objectField(schema: IFormSchema, root: IFormSchema, depth: number): IFormField {
  const fields = Object.entries(schema.properties ?? {}).map(
    ([name, one]) => [name, formField(one, root, depth + 1)] as const
  );
  return {
    schema: {
      ...bare(schema),
      type: 'object',
      properties: Object.fromEntries(fields.map(([name, one]) => [name, one.schema])),
      required: schema.required
    },
    ui: Object.fromEntries(fields.map(([name, one]) => [name, one.ui]))
  };
}

/** Without limits: one validator speaks, the service's. */
function bare({ type, title, description, default: standard }: IFormSchema): IFormSchema {
  const kept = { type, title, description, default: standard };
  return Object.fromEntries(Object.entries(kept).filter(([, value]) => value !== undefined)) as IFormSchema;
}

/** A value without what its schema says anyway; undefined if nothing is left to be written down. */
export function withoutDefaults(value: unknown, schema: IFormSchema): unknown {
  const bared = withoutInnerDefaults(value, schema);
  return bared === undefined || isSame(bared, withoutInnerDefaults(schema.default, schema)) ? undefined : bared;
}

function withoutInnerDefaults(value: unknown, schema: IFormSchema): unknown {
  if (Array.isArray(value)) {
    return value.map(item => withoutInnerDefaults(item, schema.items ?? {}));
  }
  if (!isObject(value) || !schema.properties) {
    return value;
  }
  const entries = Object.entries(value).map(([key, item]) => {
    const known = schema.properties?.[key];
    return [key, known && !schema.required?.includes(key) ? withoutDefaults(item, known) : item] as const;
  });
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}

/** Equal as JSON is, whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  }
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    return keys.length === Object.keys(b).length && keys.every(key => Object.hasOwn(b, key) && isSame(a[key], b[key]));
  }
  return a === b;
}
