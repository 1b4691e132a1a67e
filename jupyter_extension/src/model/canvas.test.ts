import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { align, arrange, distribute } from './arrange';
import { cardsOf, type ICard, type ITold, type Manifest } from './cards';
import { catalog, nodeOf, readerOf, search } from './catalog';
import { clipOf, clipText, NODE_ID, newNodeId, parseClip, renamed } from './clipboard';
import { complete, type Edge, type Flow, formatFlow, parseFlow } from './flow';
import { edgeIds, flowOrder } from './graph';
import type { PortManifest } from './ports';
import { relativePath } from './relativePath';
import { findCards } from './search';
import { steer } from './steer';
import { possibleWires, refusal, splice } from './wiring';

function port(name: string, kind: PortManifest['kind'] = 'table', many = false): PortManifest {
  return { name, kind, many, required: true, description: '' };
}

function manifest(id: string, inputs: PortManifest[], outputs: PortManifest[], rest: Partial<Manifest> = {}): Manifest {
  const none = {
    effect: 'pure',
    icon: '',
    doc: '',
    plugin: '',
    distribution: '',
    module: '',
    qualname: '',
    code: ''
  } as const;
  return { id, version: 1, name: id, category: 'Test', ...none, inputs, outputs, params: {}, predicts: false, ...rest };
}

const file = (types: string[]) => ({ properties: { path: { 'x-millrace': { widget: 'file', write: false, types } } } });
const COMPONENTS = [
  manifest('read', [], [port('table')], { name: 'Read CSV', params: file(['csv', 'txt']), doc: 'Reads a file.' }),
  manifest('sort', [port('table')], [port('table')], { name: 'Sort', version: 3 }),
  manifest('report', [port('tables', 'table', true)], [port('page', 'figure')], { name: 'Report on sorted rows' })
];
const TOLD: ITold = { components: COMPONENTS, checked: null };

function flowOf(types: Record<string, string>, edges: Edge[] = [], rest: Partial<Flow> = {}): Flow {
  const nodes = Object.entries(types).map(([id, type]) => ({ id, type }));
  return complete({ id: 'f', nodes, edges, ...rest });
}

const FLOW = flowOf({ a: 'read', b: 'sort', c: 'report', d: 'read' }, [
  { from: 'a.table', to: 'b.table' },
  { from: 'b.table', to: 'c.tables' }
]);
const cards = (flow: Flow, before: ReadonlyMap<string, ICard> = new Map()) => cardsOf(flow, TOLD, before);
const end = (text: string) => ({ node: text.split('.')[0], port: text.split('.')[1] ?? '' });

describe('wires', () => {
  test.each([
    ['d.table', 'c.tables', undefined],
    ['a.table', 'b.table', 'twice'],
    ['d.table', 'b.table', 'taken'],
    ['b.table', 'b.table', 'self'],
    ['c.page', 'b.table', 'kind'],
    ['c', 'a', 'circle'],
    ['a', 'd', undefined],
    ['a.table', 'd', 'mixed'],
    ['a.nothing', 'c.tables', 'gone']
  ])('from %s to %s: %s', (from, to, why) => {
    expect(refusal(FLOW, cards(FLOW), end(from), end(to))?.why).toBe(why);
  });

  test('one that takes the place of another may end where the other did', () => {
    expect(refusal(FLOW, cards(FLOW), end('d.table'), end('b.table'), FLOW.edges[0])).toBeNull();
  });

  test('a port that only wires name is kept, and fits everything', () => {
    const flow = flowOf({ a: 'read', x: 'gone.type' }, [{ from: 'a.table', to: 'x.rows' }]);
    expect(cards(flow).get('x')).toMatchObject({
      installed: false,
      ports: { inputs: [{ name: 'rows', kind: 'unknown' }] }
    });
  });

  test('what is offered at a node can all be made', () => {
    const offered = possibleWires(FLOW, cards(FLOW), 'd');
    expect(offered).toContainEqual({ from: end('d.table'), to: end('c.tables') });
    expect(offered.every(({ from, to }) => !refusal(FLOW, cards(FLOW), from, to))).toBe(true);
  });

  test('a node put into a wire takes what came, and feeds what followed', () => {
    const flow = flowOf({ a: 'read', b: 'sort', c: 'report' }, [{ from: 'a.table', to: 'c.tables', when: 'always' }]);
    expect(splice(flow, cards(flow), flow.edges[0], 'b')).toEqual([
      { from: 'a.table', to: 'b.table', when: 'always' },
      { from: 'b.table', to: 'c.tables' }
    ]);
    expect(splice(flow, cards(flow), flow.edges[0], 'c')).toBeNull();
  });

  test('the same edge twice has two names', () => {
    expect(new Set(edgeIds([FLOW.edges[0], FLOW.edges[0]])).size).toBe(2);
  });
});

describe('order', () => {
  test('every node comes behind those that lead to it, and none is left out, circles or not', () => {
    const pairs = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 25 });
    fc.assert(
      fc.property(pairs, drawn => {
        const edges = drawn.map(([a, b]) => ({ from: `n${a}`, to: `n${b}` }));
        const straight = edges.filter(({ from, to }) => from < to);
        const nodes = Object.fromEntries([...Array(10).keys()].map(i => [`n${i}`, 'code']));
        const order = flowOrder(flowOf(nodes, straight), () => 0);
        straight.forEach(({ from, to }) => expect(order.indexOf(from)).toBeLessThan(order.indexOf(to)));
        expect(flowOrder(flowOf(nodes, edges), () => 0).sort()).toEqual(Object.keys(nodes));
      })
    );
  });

  test('arrows follow the wires, and the rows', () => {
    const layout = { a: { x: 0, y: 0 }, b: { x: 12, y: 0 }, c: { x: 24, y: 0 }, d: { x: 0, y: 6 } };
    const shown = cards({ ...FLOW, layout });
    expect(steer(shown, FLOW.edges, 'a', 'right')).toBe('b');
    expect(steer(shown, FLOW.edges, 'c', 'left')).toBe('b');
    expect(steer(shown, FLOW.edges, 'a', 'down')).toBe('d');
    expect(steer(shown, FLOW.edges, 'd', 'up')).toBe('a');
    expect(steer(shown, FLOW.edges, 'd', 'down')).toBeUndefined();
  });
});

describe('cards', () => {
  test('one that did not change is the same object', () => {
    const before = cards(FLOW);
    const after = cards(
      { ...FLOW, nodes: FLOW.nodes.map(node => (node.id === 'b' ? { ...node, name: 'New' } : node)) },
      before
    );
    expect(after.get('a')).toBe(before.get('a'));
    expect(after.get('b')).not.toBe(before.get('b'));
  });

  test('those without a place lie left to right, below those that have one, and stay there', () => {
    const shown = cards({ ...FLOW, layout: { d: { x: 0, y: 0 } } });
    const [a, b, d] = ['a', 'b', 'd'].map(id => shown.get(id)!);
    expect(a.x).toBeLessThan(b.x);
    expect(a.y).toBeGreaterThanOrEqual(d.y + d.height);
    const wired = { ...FLOW, layout: { d: { x: 0, y: 0 } }, edges: [] };
    expect(cards(wired, shown).get('b')).toMatchObject({ x: b.x, y: b.y });
  });
});

describe('layout', () => {
  const boxes = ['a', 'b', 'c'].map((id, i) => ({ id, x: [0, 50, 960][i], y: 24 * i, width: 216, height: 96 }));

  test('nothing overlaps, and all lies on the grid', () => {
    const made = [...arrange(boxes, [{ from: 'a', to: 'b' }]).values()];
    expect(made.every(({ x, y }) => x % 24 === 0 && y % 24 === 0)).toBe(true);
    expect(new Set(made.map(({ x, y }) => `${x},${y}`)).size).toBe(3);
  });

  test('aligned ones share an edge, distributed ones have equal gaps', () => {
    expect([...align(boxes, 'right').values()].map(({ x }) => x)).toEqual([960, 960, 960]);
    expect([...distribute(boxes, 'x').values()].map(({ x }) => x)).toEqual([0, 480, 960]);
  });
});

describe('clipboard', () => {
  test('what is pasted is the same flow with ids of its own, and makes a document that can be read', () => {
    const flow = { ...FLOW, groups: [{ id: 'g', name: 'All', nodes: ['a', 'b'] }] };
    const clip = parseClip(
      clipText(clipOf(flow, { nodes: ['a', 'b'], notes: [] }, { a: { x: 3, y: 4 }, b: { x: 9, y: 4 } }))
    )!;
    const made = renamed(clip, flow, { x: 100, y: 100 });
    expect(made.edges).toEqual([{ from: 'a_2.table', to: 'b_2.table' }]);
    expect(made.layout).toEqual({ a_2: { x: 100, y: 100 }, b_2: { x: 106, y: 100 } });
    expect(made.groups[0]).toMatchObject({ name: 'All', nodes: ['a_2', 'b_2'] });
    const both = { ...flow, nodes: [...flow.nodes, ...made.nodes], edges: [...flow.edges, ...made.edges] };
    expect(parseFlow(formatFlow(both)).nodes).toHaveLength(6);
  });

  test.each(['', '{', '[]', '"x"', '{"type": "other"}'])('%s is nothing of ours', text => {
    expect(parseClip(text)).toBeNull();
  });

  test('every new id is valid and free', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), wanted => {
        const first = newNodeId(new Set(), wanted);
        expect(first).toMatch(NODE_ID);
        expect(newNodeId(new Set([first]), wanted)).not.toBe(first);
      })
    );
  });
});

describe('catalog', () => {
  test('all words must occur; a name counts more than what is written about it', () => {
    const names = (query: string) => search(catalog(COMPONENTS), query).map(offer => offer.name);
    expect(names('sort')).toEqual(['Report on sorted rows', 'Sort']);
    expect(names('reads file')).toEqual(['Read CSV']);
  });

  test('a file gets the reader that names its ending, packed or not', () => {
    expect(readerOf(COMPONENTS, 'a/b.CSV')).toMatchObject({ field: 'path', manifest: { id: 'read' } });
    expect(readerOf(COMPONENTS, 'b.csv.gz')?.manifest.id).toBe('read');
    expect(readerOf(COMPONENTS, 'b.docx')).toBeNull();
  });

  test('a node has the version of its component', () => {
    const sort = catalog(COMPONENTS).find(offer => offer.id === 'sort')!;
    expect(nodeOf(sort, 's')).toEqual({ id: 's', type: 'sort', version: 3 });
  });
});

test('finding looks at names, types, settings, code and columns', () => {
  const flow = complete({
    id: 'f',
    nodes: [
      { id: 'a', type: 'read', params: { deep: [{ path: 'needle.csv' }] } },
      { id: 'b', type: 'code', source: ['x = needle'] },
      { id: 'c', type: 'sort', name: 'Needle' },
      { id: 'd', type: 'sort' }
    ]
  });
  const columns = { d: { table: [{ name: 'needle_id', type: 'text' }] } };
  const found = findCards(cards(flow).values(), /needle/gi, columns).map(({ node }) => node);
  expect(found).toEqual(['a', 'b', 'c', 'd']);
});

test('paths are told from the flow’s folder', () => {
  expect(relativePath('a/b', 'a/b/c.csv')).toBe('c.csv');
  expect(relativePath('a/b', 'a/x/c.csv')).toBe('../x/c.csv');
  expect(relativePath('', 'c.csv')).toBe('c.csv');
});
