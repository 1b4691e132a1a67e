import { expect, test } from 'vitest';

import { firstSight, type IView, LEGIBLE } from './firstSight';
import type { IBox } from './grid';

const PANE = { width: 1000, height: 600 };

function row(count: number, y = 0): IBox[] {
  return Array.from({ length: count }, (_, index) => ({ x: 300 * index, y, width: 200, height: 100 }));
}

function shown(box: IBox, { x, y, zoom }: IView): IBox {
  return { x: box.x * zoom + x, y: box.y * zoom + y, width: box.width * zoom, height: box.height * zoom };
}

test('a small flow is shown whole, in the middle, and no larger than it is', () => {
  const boxes = row(2);
  const view = firstSight(boxes, boxes[0], PANE);
  expect(view).toEqual({ x: 250, y: 250, zoom: 1 });
});

test('a flow that fits when it is made smaller is shown whole', () => {
  const boxes = row(7);
  const view = firstSight(boxes, boxes[0], PANE);
  expect(view.zoom).toBeLessThan(LEGIBLE);
  const [first, last] = [shown(boxes[0], view), shown(boxes[6], view)];
  expect(first.x).toBeCloseTo(PANE.width - last.x - last.width);
  expect(first.x).toBeGreaterThan(0);
});

test.each([0, 30, 59])('a large flow begins at its left edge, with its first node in row %i in sight', at => {
  const boxes = Array.from({ length: 60 }, (_, y) => row(20, 200 * y)).flat();
  const first = boxes[20 * at];
  const view = firstSight(boxes, first, PANE);
  const box = shown(first, view);
  expect(view.zoom).toBe(LEGIBLE);
  expect(box.x).toBe(36);
  expect(box.y).toBeGreaterThanOrEqual(36);
  expect(box.y + box.height).toBeLessThanOrEqual(PANE.height - 36);
});

test('a large flow leaves no empty space above its first row or below its last', () => {
  const boxes = Array.from({ length: 60 }, (_, y) => row(20, 200 * y)).flat();
  expect(shown(boxes[0], firstSight(boxes, boxes[0], PANE)).y).toBe(36);
  const last = shown(boxes.at(-1)!, firstSight(boxes, boxes.at(-20)!, PANE));
  expect(last.y + last.height).toBeCloseTo(PANE.height - 36);
});
