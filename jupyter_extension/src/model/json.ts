/**
 * JSON as flows have it, the twin of `studio/canonical.py`: what the text cannot carry to a reader in either language
 * (duplicate keys, numbers that are not finite, half characters, integers beyond 2^53) is refused.
 */

export const LARGEST_INTEGER = 2 ** 53;
const FIRST_EXPONENT = 1e21;
const DEPTH_LIMIT = 100;
const SIZE_LIMIT = 10_000_000;

/** Why a text is no flow: one line that says what and where. */
export class FlowError extends Error {}

export function loadJson(text: string): unknown {
  if (text.length > SIZE_LIMIT) {
    throw new FlowError('The document has more than 10 million characters.');
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new FlowError(`The text is no JSON: ${(error as Error).message}.`);
  }
  checkTokens(text);
  checkValue(value, 0);
  return value;
}

export function byUtf16(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** An object whose keys keep their order: engines put keys that look like numbers first, whatever was written first. */
export class Ordered {
  constructor(readonly pairs: readonly (readonly [string, unknown])[]) {}
}

/** The text of a value: two spaces of indent, keys of plain objects sorted. */
export function jsonText(value: unknown, line = '\n'): string {
  const inner = `${line}  `;
  const wrap = (open: string, items: string[], close: string) =>
    items.length ? open + inner + items.join(`,${inner}`) + line + close : open + close;
  if (Array.isArray(value)) {
    return wrap(
      '[',
      value.map(item => jsonText(item, inner)),
      ']'
    );
  }
  if (typeof value !== 'object' || value === null) {
    return JSON.stringify(value);
  }
  const pairs = value instanceof Ordered ? value.pairs : sortedPairs(value);
  return wrap(
    '{',
    pairs.map(([key, item]) => `${JSON.stringify(key)}: ${jsonText(item, inner)}`),
    '}'
  );
}

function sortedPairs(value: object): [string, unknown][] {
  return Object.entries(value).sort(([a], [b]) => byUtf16(a, b));
}

const TOKEN = /"(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[{}[\]:]/g;

/** What JSON.parse passes over: keys that come twice, digits that get lost. */
function checkTokens(text: string): void {
  const open: (Set<string> | null)[] = [];
  let last = '';
  for (const [token] of text.matchAll(TOKEN)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : null);
    } else if (token === '}' || token === ']') {
      open.pop();
    } else if (token === ':') {
      noteKey(open[open.length - 1], JSON.parse(last) as string);
    } else if (token[0] !== '"') {
      checkInteger(token);
    }
    last = token;
  }
}

function noteKey(seen: Set<string> | null, key: string): void {
  if (seen?.has(key)) {
    throw new FlowError(`The key ${JSON.stringify(key)} comes twice in one object.`);
  }
  seen?.add(key);
}

function checkInteger(token: string): void {
  if (/^-?\d+$/.test(token) && (token.length > 20 || BigInt(token.replace('-', '')) > BigInt(LARGEST_INTEGER))) {
    throw new FlowError('An integer is beyond 2^53, where digits get lost. Use text.');
  }
}

function checkValue(value: unknown, depth: number): void {
  if (depth > DEPTH_LIMIT) {
    throw new FlowError(`The document is nested more than ${DEPTH_LIMIT} levels deep.`);
  }
  if (typeof value === 'string') {
    checkText(value);
  } else if (typeof value === 'number') {
    checkNumber(value);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) {
      checkText(key);
      checkValue(item, depth + 1);
    }
  }
}

function checkText(text: string): void {
  if (/\p{Surrogate}/u.test(text)) {
    throw new FlowError('A text holds half a character (U+D800 to U+DFFF). Delete it.');
  }
}

function checkNumber(value: number): void {
  if (!Number.isFinite(value)) {
    throw new FlowError('A number is not finite. Use null, or text.');
  }
  if (Number.isInteger(value) && Math.abs(value) > LARGEST_INTEGER && Math.abs(value) < FIRST_EXPONENT) {
    throw new FlowError('An integer is beyond 2^53, where digits get lost. Use text.');
  }
}
