/** The inputs that a published flow asks for. */

import type { FlowInput } from '../_generated/flow';
import { type FieldKind, valueOf } from './fields';

const KINDS: Record<string, FieldKind> = {
  integer: 'number',
  number: 'number',
  boolean: 'json',
  json: 'json',
  table: 'json'
};

/** What a person typed for an input; undefined if they left it to the flow's default. */
export function inputValue(input: Pick<FlowInput, 'type'>, typed: string): unknown {
  return valueOf({ kind: KINDS[input.type ?? 'text'] ?? 'text' }, typed.trim());
}

/** What the field of an input shows for a value that was given before. */
export function inputTyped(value: unknown): string {
  return value === undefined || value === null ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Inputs of a document, as it was published. */
export function inputsOf(text: string): FlowInput[] {
  const found = (JSON.parse(text) as { inputs?: FlowInput[] }).inputs;
  return found ?? [];
}

/** Values as their inputs have them, where a person has typed texts. */
export function inputValues(inputs: readonly FlowInput[], values: Record<string, unknown>): Record<string, unknown> {
  const types = new Map(inputs.map(input => [input.name, input]));
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      const input = types.get(name);
      return [name, input && typeof value === 'string' ? inputValue(input, value) : value];
    })
  );
}
