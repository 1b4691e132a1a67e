import { describe, expect, test } from 'vitest';

import { fieldsOf, typedOf, valueOf } from './fields';

describe('a form', () => {
  const schema = {
    required: ['user', 'password'],
    properties: {
      user: { type: 'string', title: 'User' },
      password: { type: 'string', format: 'password', writeOnly: true },
      port: { anyOf: [{ type: 'integer' }, { type: 'null' }], default: 587 },
      mode: { $ref: '#/$defs/Mode' },
      tls: { type: 'boolean', default: true },
      more: { type: 'object' }
    },
    $defs: { Mode: { type: 'string', enum: ['plain', 'tls'] } }
  };

  test('has a field for each property', () => {
    const kinds = fieldsOf(schema, ['password']).map(field => [field.name, field.kind, field.required]);
    expect(kinds).toEqual([
      ['user', 'text', true],
      ['password', 'secret', true],
      ['port', 'number', false],
      ['mode', 'choice', false],
      ['tls', 'boolean', false],
      ['more', 'json', false]
    ]);
  });

  test('shows defaults, and gives values of the right type', () => {
    const [, , port, , tls, more] = fieldsOf(schema);
    expect(typedOf(port, undefined)).toBe('587');
    expect(typedOf(tls, undefined)).toBe(true);
    expect(valueOf(port, '25')).toBe(25);
    expect(valueOf(port, 'x')).toBe('x');
    expect(valueOf(port, '')).toBeUndefined();
    expect(valueOf(more, '{"a": 1}')).toEqual({ a: 1 });
  });
});
