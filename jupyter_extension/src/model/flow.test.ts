import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';

import { formatFlow, parseFlow } from './flow';
import { FlowError } from './json';

interface IVectors {
  canonical: { name: string; text: string; canonical: string }[];
  errors: { name: string; text: string }[];
}
const vectors = JSON.parse(readFileSync('../tests/vectors/flow.json', 'utf8')) as IVectors;

describe('the vectors that Python wrote', () => {
  test.each(vectors.canonical)('$name: the same canonical text', ({ text, canonical }) => {
    expect(formatFlow(parseFlow(text))).toBe(canonical);
    expect(formatFlow(parseFlow(canonical))).toBe(canonical);
  });

  test.each(vectors.errors)('$name: refused', ({ text }) => {
    expect(() => parseFlow(text)).toThrow(FlowError);
  });
});

test('canonical text keeps every value of user data', () => {
  const number = fc.oneof(fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }));
  const { tree } = fc.letrec(tie => ({
    tree: fc.oneof(
      fc.string({ unit: 'binary' }),
      number,
      fc.boolean(),
      fc.constant(null),
      fc.array(tie('tree'), { maxLength: 4 }),
      fc.dictionary(fc.string({ unit: 'binary' }), tie('tree'), { maxKeys: 4 })
    )
  }));
  fc.assert(
    fc.property(fc.dictionary(fc.string(), tree), params => {
      const flow = parseFlow(JSON.stringify({ id: 'f', nodes: [{ id: 'a', type: 't', params }] }));
      const again = parseFlow(formatFlow(flow));
      expect(again.nodes[0].params ?? {}).toEqual(JSON.parse(JSON.stringify(params)));
    })
  );
});
