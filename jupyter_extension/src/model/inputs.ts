/** Values of a flow's inputs, and the text of them in a form. */

import type { FlowInput } from './flow';

/** What stands in the field of an input: what was given last, else its default. */
export function inputText(input: FlowInput, given: unknown): string {
  const value = given === undefined ? (input.default as unknown) : given;
  if (value === undefined || value === null) {
    return '';
  }
  return input.type === 'json' || typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The value of a field's text; undefined for an empty one. Throws where the text is no value of the input's type. */
export function inputValue(input: FlowInput, text: string): unknown {
  if (text.trim() === '') {
    return undefined;
  }
  switch (input.type) {
    case 'integer':
    case 'number':
      return numberOf(input, text);
    case 'boolean':
      return text === 'true';
    case 'json':
      return JSON.parse(text) as unknown;
    default:
      return text;
  }
}

/** Whether a run must be asked for with the form: an input has no value. */
export function lacksInputs(inputs: readonly FlowInput[], given: Readonly<Record<string, unknown>>): boolean {
  return inputs.some(
    ({ name, required, default: value }) => required && given[name] === undefined && (value ?? null) === null
  );
}

function numberOf(input: FlowInput, text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || (input.type === 'integer' && !Number.isInteger(value))) {
    throw new Error(input.type);
  }
  return value;
}
