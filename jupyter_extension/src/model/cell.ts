/** Cells of tables, as people read them. */

/** Types whose values stand at the right. */
export function isNumeric(type: string): boolean {
  return /^(u?int|float|decimal|duration)/.test(type);
}

/** The text of a cell: numbers as they are, lists and structs as JSON, never more than one line. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) {
    return '';
  }
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value);
  return text.replace(/[\r\n\t]+/g, ' ');
}

/** What a person has typed as the value of a condition on a column. */
export function conditionValue(type: string, op: string, text: string): string | number | boolean | string[] {
  if (op === 'in') {
    return text.split(',').map(part => part.trim());
  }
  if (/^(u?int|float)/.test(type) && text.trim() !== '' && Number.isFinite(Number(text))) {
    return Number(text);
  }
  return type === 'bool' && (text === 'true' || text === 'false') ? text === 'true' : text;
}

/** What may be asked of a column of a type. */
export function operatorsOf(type: string): readonly string[] {
  if (type === 'bool') {
    return ['eq', 'ne', 'is_null', 'not_null'];
  }
  const order = ['eq', 'ne', 'lt', 'le', 'gt', 'ge'];
  return type === 'text' ? ['contains', 'starts_with', ...order, ...NULLS] : [...order, ...NULLS];
}

const NULLS = ['is_null', 'not_null'];
