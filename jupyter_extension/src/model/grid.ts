/** The canvas's grid: the file holds whole units of it. */

import type { INote, IPlace } from './flow';

/** Pixels of one unit at 100 %. */
export const GRID = 24;
/** Of every card, in pixels. */
export const CARD_WIDTH = 9 * GRID;
/** Of a card's head with its icon and name, and of its foot with its state. */
export const HEAD_HEIGHT = 2 * GRID;
export const ROW_HEIGHT = GRID;
export const FOOT_HEIGHT = GRID;

export interface IPoint {
  x: number;
  y: number;
}

export interface IBox extends IPoint {
  width: number;
  height: number;
}

export function toPixels(place: IPoint): IPoint {
  return { x: place.x * GRID, y: place.y * GRID };
}

export function toUnits(point: IPoint): IPoint {
  return { x: Math.round(point.x / GRID), y: Math.round(point.y / GRID) };
}

/** A place that lies at a point, and keeps what else the old one said. */
export function placeAt(point: IPoint, old?: IPlace): IPlace {
  return { ...old, ...toUnits(point) };
}

export function isPlace(value: unknown): value is IPlace {
  const place = value as IPlace | undefined;
  return typeof place?.x === 'number' && typeof place.y === 'number';
}

/** In units. */
export const LEAST_NOTE = { width: 4, height: 2 };

/** A note's size in units; one that tells none has the usual one. */
export function noteSize(note: INote): { width: number; height: number } {
  return { width: note.width || 8, height: note.height || 4 };
}

/** The smallest box around others; null around none. */
export function around(boxes: readonly IBox[]): IBox | null {
  if (!boxes.length) {
    return null;
  }
  const x = Math.min(...boxes.map(box => box.x));
  const y = Math.min(...boxes.map(box => box.y));
  const width = Math.max(...boxes.map(box => box.x + box.width)) - x;
  const height = Math.max(...boxes.map(box => box.y + box.height)) - y;
  return { x, y, width, height };
}
