import fc from 'fast-check';
import { expect, test } from 'vitest';

import { formField, type IFormSchema, plainSchema, readScalar, withoutDefaults } from './form';

const editorOf = (schema: IFormSchema, root: IFormSchema = {}) => formField(schema, root).ui['ui:field'];

test.each<[string, IFormSchema, string | undefined]>([
  ['a text', { type: 'string' }, 'words'],
  ['a column', { type: 'string', 'x-millrace': { widget: 'column', port: 'table' } }, 'words'],
  ['columns', { type: 'array', items: { type: 'string' }, 'x-millrace': { widget: 'columns' } }, 'list'],
  ['code', { type: 'string', 'x-millrace': { widget: 'code', language: 'sql' } }, 'code'],
  ['a file', { type: 'string', 'x-millrace': { widget: 'file' } }, 'file'],
  ['a credential', { type: 'object', 'x-millrace': { widget: 'credential' } }, 'credential'],
  ['a choice', { type: 'string', enum: ['a', 'b'] }, 'choice'],
  ['a date', { type: 'string', format: 'date' }, 'day'],
  ['a number', { type: 'number' }, 'scalar'],
  ['a number or text', { anyOf: [{ type: 'number' }, { type: 'string' }] }, 'scalar'],
  ['a number or nothing', { anyOf: [{ type: 'number' }, { type: 'null' }] }, 'scalar'],
  ['yes or no', { type: 'boolean' }, 'tick'],
  ['names and values', { type: 'object', additionalProperties: { type: 'string' } }, 'pairs'],
  ['anything', {}, 'json'],
  ['a list of groups', { type: 'array', items: { type: 'object', properties: { a: { type: 'string' } } } }, undefined]
])('%s is edited by what fits', (_, schema, editor) => {
  expect(editorOf(schema)).toBe(editor);
});

test('a reference is followed, and what stands beside it wins', () => {
  const root = { $defs: { Limit: { type: 'number', title: 'Limit', default: 1 } } };
  expect(plainSchema({ $ref: '#/$defs/Limit', title: 'At most' }, root)).toEqual({
    type: 'number',
    title: 'At most',
    default: 1
  });
});

test('a schema that refers to itself ends as JSON', () => {
  const root: IFormSchema = {
    $defs: { Tree: { type: 'object', properties: { name: { type: 'string' }, child: { $ref: '#/$defs/Tree' } } } }
  };
  expect(JSON.stringify(formField({ $ref: '#/$defs/Tree' }, root).ui)).toContain('json');
});

test('one of several groups is told apart by a choice', () => {
  const schema: IFormSchema = {
    oneOf: [
      { type: 'object', title: 'Daily', properties: { hour: { type: 'integer' } } },
      { type: 'object', properties: { day: { type: 'integer' } } }
    ]
  };
  const field = formField(schema, {});
  expect(field.schema.oneOf?.map(one => one.title)).toEqual(['Daily', 'Choice 2']);
  expect(field.ui.oneOf).toHaveLength(2);
});

test.each<[string, IFormSchema, unknown]>([
  ['12', { type: 'integer' }, 12],
  ['many', { type: 'integer' }, 'many'],
  ['0.05', { anyOf: [{ type: 'number' }, { type: 'string' }] }, 0.05],
  ['1.50', { anyOf: [{ type: 'number' }, { type: 'string' }] }, '1.50'],
  ['007', { type: 'string' }, '007']
])('%s is read as its field takes it', (text, schema, value) => {
  expect(readScalar(text, schema)).toBe(value);
});

const MEASURE: IFormSchema = {
  type: 'object',
  properties: { column: { type: 'string' }, function: { type: 'string', default: 'sum' } },
  required: ['column']
};

test('what equals its default is not written down, also within lists', () => {
  expect(withoutDefaults(';', { type: 'string', default: ';' })).toBeUndefined();
  const list: IFormSchema = { type: 'array', items: MEASURE };
  expect(withoutDefaults([{ column: 'a', function: 'sum' }], list)).toEqual([{ column: 'a' }]);
  expect(withoutDefaults([{ column: 'a', function: 'max' }], list)).toEqual([{ column: 'a', function: 'max' }]);
});

test('what no schema knows is kept', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), extra => {
      const value = { ...extra, column: 'a' };
      expect(withoutDefaults(value, { ...MEASURE, properties: { column: { type: 'string' } } })).toEqual(value);
    })
  );
});
