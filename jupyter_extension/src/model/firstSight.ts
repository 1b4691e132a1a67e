import { around, type IBox, type IPoint } from './grid';

/** Below this zoom only names can be read, which are then shown larger. */
export const LEGIBLE = 0.6;
/** Below this zoom even those cannot. */
const SMALLEST = 0.4;
const MARGIN = 36;

/** How a pane looks at a flow: where the flow's origin is, in pixels of the pane, and how large it is shown. */
export interface IView extends IPoint {
  zoom: number;
}

/**
 * What is seen of a flow when it opens: all of it where its names can be read, else a part that is legible, from the left
 * edge on and at the height of the first box.
 */
export function firstSight(boxes: readonly IBox[], first: IBox, pane: { width: number; height: number }): IView {
  const all = around(boxes) ?? first;
  const room = { width: pane.width - 2 * MARGIN, height: pane.height - 2 * MARGIN };
  const fitting = Math.min(1, room.width / all.width, room.height / all.height);
  const zoom = fitting < SMALLEST ? LEGIBLE : fitting;
  const [width, height] = [all.width * zoom, all.height * zoom];
  const fromLeft = width > room.width ? MARGIN : (pane.width - width) / 2;
  const around1st = pane.height / 2 - (first.y + first.height / 2 - all.y) * zoom;
  const highest = pane.height - MARGIN - height;
  const fromTop = height > room.height ? Math.min(MARGIN, Math.max(highest, around1st)) : (pane.height - height) / 2;
  return { x: fromLeft - all.x * zoom, y: fromTop - all.y * zoom, zoom };
}
