/** A flat form from a JSON Schema: what each field is called, holds and may be. */

export type FieldKind = 'text' | 'secret' | 'number' | 'boolean' | 'choice' | 'json';

export interface IField {
  readonly name: string;
  readonly title: string;
  readonly help: string;
  readonly kind: FieldKind;
  readonly required: boolean;
  /** Of a number: whole ones alone. */
  readonly whole: boolean;
  readonly choices: readonly string[];
  readonly default: unknown;
}

type Json = Record<string, unknown>;

export function fieldsOf(schema: Json, secret: readonly string[] = []): IField[] {
  const required = (schema.required ?? []) as string[];
  const properties = (schema.properties ?? {}) as Record<string, Json>;
  return Object.entries(properties).map(([name, property]) => {
    const shape = shapeOf(property, schema);
    return {
      name,
      title: (property.title as string | undefined) ?? name,
      help: (property.description ?? '') as string,
      kind: secret.includes(name) && shape.type === 'string' ? 'secret' : kindOf(shape),
      required: required.includes(name),
      whole: shape.type === 'integer',
      choices: ((shape.enum as unknown[] | undefined) ?? []).map(String),
      default: property.default
    };
  });
}

/** The one thing that a property may be beside null. */
function shapeOf(property: Json, schema: Json): Json {
  const reference = property.$ref as string | undefined;
  if (reference) {
    const shared = (schema.$defs ?? {}) as Record<string, Json>;
    return shapeOf(shared[reference.split('/').pop()!] ?? {}, schema);
  }
  const alternatives = (property.anyOf ?? property.allOf) as Json[] | undefined;
  const found = alternatives?.filter(one => one.type !== 'null');
  return found?.length === 1 ? shapeOf(found[0], schema) : property;
}

function kindOf(shape: Json): FieldKind {
  if (shape.enum) {
    return 'choice';
  }
  const kinds: Record<string, FieldKind> = {
    string: 'text',
    integer: 'number',
    number: 'number',
    boolean: 'boolean'
  };
  return kinds[shape.type as string] ?? 'json';
}

/**
 * What a person typed, as the service takes it; undefined for what is left out. Text that is no number or no JSON goes
 * as it is: the service says what is wrong with it.
 */
export function valueOf(field: Pick<IField, 'kind'>, typed: string | boolean): unknown {
  if (typeof typed === 'boolean') {
    return typed;
  }
  if (typed === '') {
    return undefined;
  }
  if (field.kind === 'number') {
    return Number.isFinite(Number(typed)) ? Number(typed) : typed;
  }
  return field.kind === 'json' ? parsed(typed) : typed;
}

/** What a field shows for a stored value. */
export function typedOf(field: IField, value: unknown): string | boolean {
  if (field.kind === 'boolean') {
    return Boolean(value ?? field.default);
  }
  const shown = value ?? field.default ?? '';
  return typeof shown === 'object' ? JSON.stringify(shown) : String(shown);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
