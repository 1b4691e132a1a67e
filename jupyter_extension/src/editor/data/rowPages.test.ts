import { expect, test, vi } from 'vitest';

import { type Cells, KEPT_PAGES, PAGE, RowPages } from './rowPages';

function table() {
  const asked: number[] = [];
  const told = vi.fn();
  const failed = vi.fn();
  const ask = async (start: number, limit: number): Promise<Cells[]> => {
    asked.push(start);
    return Array.from({ length: limit }, (_, at) => [start + at]);
  };
  return { pages: new RowPages(ask, told, failed), asked, told, failed };
}

const settled = () => new Promise(done => setTimeout(done, 5));

test('a row comes with its page, which is asked for once', async () => {
  const { pages, asked, told } = table();
  expect(pages.row(PAGE + 1)).toBeUndefined();
  expect(pages.row(PAGE + 2)).toBeUndefined();
  await settled();
  expect(pages.row(PAGE + 2)).toEqual([PAGE + 2]);
  expect(asked).toEqual([PAGE]);
  expect(told).toHaveBeenCalledWith(PAGE, PAGE);
});

test('who scrolls past a hundred pages asks for the last ones alone', async () => {
  const { pages, asked } = table();
  for (let page = 0; page < 100; page++) {
    pages.row(page * PAGE);
  }
  await settled();
  expect(asked).toContain(99 * PAGE);
  expect(asked.length).toBeLessThanOrEqual(4);
});

test('pages that were not looked at for long are given up', async () => {
  const { pages, asked } = table();
  for (let page = 0; page < KEPT_PAGES; page++) {
    pages.put(page, [[page]]);
  }
  pages.row(0);
  pages.put(KEPT_PAGES, [['new']]);
  expect(pages.row(0)).toEqual([0]);
  expect(pages.row(PAGE)).toBeUndefined();
  await settled();
  expect(asked).toEqual([PAGE]);
});

test('what cannot be read is told', async () => {
  const failed = vi.fn();
  const pages = new RowPages(() => Promise.reject(new Error('gone')), vi.fn(), failed);
  pages.row(0);
  await settled();
  expect(failed).toHaveBeenCalledOnce();
});
