import { expect, test } from 'vitest';

import { parseFlow } from './flow';
import type { IRunView } from './run';
import { type Checked, columnsAt, inputOf, type Manifest, problemsByField, settingsSchema } from './settings';

const flow = parseFlow(
  JSON.stringify({
    id: 'f',
    nodes: [
      { id: 'a', type: 'read.csv' },
      { id: 'b', type: 'table.sort' }
    ],
    edges: [{ from: 'a.table', to: 'b.table' }]
  })
);
const COLUMNS = [
  { name: 'payee', type: 'text' },
  { name: 'amount', type: 'decimal(18,2)' }
];
const MARK = { widget: 'column', port: 'table' } as const;

function checked(parts: Partial<Checked>): Checked {
  return { problems: [], ports: {}, schemas: {}, pickers: {}, forms: {}, ...parts };
}

test('columns that are predicted are offered, those of the types that the field asks for', () => {
  const told = checked({ schemas: { a: { table: COLUMNS } }, pickers: { b: { table: COLUMNS } } });
  expect(columnsAt(flow, 'b', MARK, told, null)).toEqual({ columns: COLUMNS, fromRun: false });
  expect(columnsAt(flow, 'b', { ...MARK, types: ['decimal', 'int64'] }, told, null).columns).toEqual([COLUMNS[1]]);
});

test('columns that only the last run knows are marked so, whoever tells them', () => {
  const told = checked({ schemas: { a: { table: null } }, pickers: { b: { table: COLUMNS } } });
  expect(columnsAt(flow, 'b', MARK, told, null).fromRun).toBe(true);
  const run = { steps: { a: { outputs: { table: { columns: COLUMNS } } } } } as unknown as IRunView;
  expect(columnsAt(flow, 'b', MARK, null, run)).toEqual({ columns: COLUMNS, fromRun: true });
});

test('nothing is offered where nothing is wired or known', () => {
  expect(columnsAt(flow, 'a', MARK, null, null)).toEqual({ columns: [], fromRun: false });
  expect(columnsAt(flow, 'b', MARK, null, null)).toEqual({ columns: [], fromRun: false });
});

test('problems stand at their top-level field, others at the node', () => {
  const problem = (node: string, field: string) =>
    ({ code: 'x', message: field, cure: '', node, field, line: null, severity: 'error' }) as const;
  const told = checked({ problems: [problem('a', 'by.0.column'), problem('a', 'version'), problem('b', 'by')] });
  const found = problemsByField(told, 'a', ['by', 'path']);
  expect([...found].map(([key, list]) => [key, list.map(one => one.field)])).toEqual([
    ['by', ['by.0.column']],
    ['', ['version']]
  ]);
});

test('a component asks for its credentials in the form, a code node for what its signature says', () => {
  const manifest = {
    id: 'sql.query',
    params: { properties: { url: { type: 'string' } }, required: ['url'] },
    credentials: { login: 'database', api_key: 'http.api-key' },
    optional_credentials: ['login']
  } as unknown as Manifest;
  const schema = settingsSchema({ id: 'q', type: 'sql.query' }, [manifest], null);
  expect(Object.keys(schema?.properties ?? {})).toEqual(['url', 'login', 'api_key']);
  expect(schema?.required).toEqual(['url', 'api_key']);
  expect(schema?.properties?.api_key.title).toBe('Api key');
  const form = { type: 'object', properties: { least: { type: 'number' } } };
  expect(settingsSchema({ id: 'c', type: 'code' }, null, checked({ forms: { c: form } }))).toBe(form);
  expect(settingsSchema({ id: 'u', type: 'unknown' }, [manifest], null)).toBeNull();
});

test('a reference to a flow input is told from values', () => {
  expect(inputOf({ $input: 'month' })).toBe('month');
  expect(inputOf({ month: 1 })).toBeNull();
  expect(inputOf('$input')).toBeNull();
});
