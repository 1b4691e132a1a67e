/** The part of JSON Schema that the flow's own schema uses. */
export interface ISchema {
  readonly $schema?: string;
  readonly $defs?: Readonly<Record<string, ISchema>>;
  readonly $ref?: string;
  readonly type?: string;
  readonly title?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly ISchema[];
  readonly properties?: Readonly<Record<string, ISchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | ISchema;
  readonly items?: ISchema;
  readonly pattern?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
}

export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a value breaks its schema: `nodes[2].version: not an integer`; null if it nowhere does. */
export function breach(value: unknown, schema: ISchema, root: ISchema = schema, place = ''): string | null {
  const resolved = dereferenced(schema, root);
  if (resolved.anyOf) {
    const breaches = resolved.anyOf.map(choice => breach(value, choice, root, place));
    return breaches.includes(null) ? null : breaches[0];
  }
  const wrong = wrongType(value, resolved.type) ?? wrongValue(value, resolved);
  if (wrong) {
    return `${place || 'the document'}: ${wrong}`;
  }
  if (Array.isArray(value)) {
    return first(value, (item, at) => resolved.items && breach(item, resolved.items, root, `${place}[${at}]`));
  }
  return isObject(value) ? objectBreach(value, resolved, root, place) : null;
}

export function dereferenced(schema: ISchema, root: ISchema): ISchema {
  const name = schema.$ref?.replace('#/$defs/', '');
  return name === undefined ? schema : (root.$defs?.[name] ?? {});
}

function objectBreach(value: JsonObject, schema: ISchema, root: ISchema, place: string): string | null {
  const at = (key: string) => (place ? `${place}.${key}` : key);
  const missing = schema.required?.find(key => !Object.hasOwn(value, key));
  if (missing !== undefined) {
    return `${at(missing)}: is missing`;
  }
  const rest = isObject(schema.additionalProperties) ? (schema.additionalProperties as ISchema) : undefined;
  return first(Object.keys(value), key => {
    const known = schema.properties && Object.hasOwn(schema.properties, key) ? schema.properties[key] : rest;
    return known && breach(value[key], known, root, at(key));
  });
}

const TYPES: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: value => value === null,
  boolean: value => typeof value === 'boolean',
  string: value => typeof value === 'string',
  number: value => typeof value === 'number',
  integer: value => Number.isInteger(value),
  array: value => Array.isArray(value),
  object: isObject
};

function wrongType(value: unknown, type: string | undefined): string | null {
  return type === undefined || TYPES[type](value) ? null : `not of type ${type}`;
}

function wrongValue(value: unknown, schema: ISchema): string | null {
  if (schema.enum && !schema.enum.includes(value)) {
    return `none of ${schema.enum.join(', ')}`;
  }
  if (typeof value === 'string') {
    const fits = value.length >= (schema.minLength ?? 0) && (!schema.pattern || new RegExp(schema.pattern).test(value));
    return fits ? null : `not in the form ${schema.pattern ?? 'of a text with at least one character'}`;
  }
  if (typeof value === 'number') {
    const above = value >= (schema.minimum ?? -Infinity) && value > (schema.exclusiveMinimum ?? -Infinity);
    return above && value <= (schema.maximum ?? Infinity) ? null : 'out of range';
  }
  return null;
}

function first<T>(items: readonly T[], ask: (item: T, index: number) => string | null | undefined): string | null {
  for (let index = 0; index < items.length; index++) {
    const found = ask(items[index], index);
    if (found) {
      return found;
    }
  }
  return null;
}
