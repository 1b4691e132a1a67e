import { type CellRenderer, type DataGrid, RendererMap, TextRenderer } from '@lumino/datagrid';

import { cellText, isNumeric } from '../../model/cell';
import type { Column, Sort } from './place';
import { LOADING } from './tableModel';

/** Colours and letters of a grid, read from the theme: a canvas knows no CSS. */
export interface IGridLook {
  style: DataGrid.Style;
  renderers: RendererMap;
}

const ARROWS = { up: ' ▲', down: ' ▼' };

export function gridLook(node: HTMLElement, sort: readonly Sort[], nullText: string): IGridLook {
  const css = getComputedStyle(node);
  const colour = (name: string) => css.getPropertyValue(`--jp-${name}`).trim();
  const font = `${css.getPropertyValue('--jp-ui-font-size1').trim() || '13px'} ${css.fontFamily}`;
  const [text, faint, line] = [colour('ui-font-color1'), colour('ui-font-color2'), colour('border-color2')];
  const style: DataGrid.Style = {
    voidColor: colour('layout-color1'),
    backgroundColor: colour('layout-color1'),
    headerBackgroundColor: colour('layout-color2'),
    gridLineColor: line,
    headerGridLineColor: colour('border-color1'),
    rowBackgroundColor: index => (index % 2 ? colour('layout-color1') : colour('layout-color0')),
    selectionFillColor: faded(colour('brand-color1'), 0.15),
    selectionBorderColor: colour('brand-color1'),
    cursorBorderColor: colour('brand-color1'),
    cursorFillColor: faded(colour('brand-color1'), 0.1),
    headerSelectionFillColor: faded(colour('brand-color1'), 0.2),
    headerSelectionBorderColor: colour('brand-color1'),
    scrollShadow: { size: 6, color1: faded(text, 0.15), color2: faded(text, 0.05), color3: faded(text, 0) }
  };
  const body = new TextRenderer({
    font: ({ value }) => (value === null ? `italic ${font}` : font),
    textColor: ({ value }) => (value === null || value === LOADING ? faint : text),
    horizontalAlignment: config => (isNumeric(String(config.metadata.type)) ? 'right' : 'left'),
    format: ({ value }) => (value === LOADING ? '…' : value === null ? nullText : cellText(value)),
    elideDirection: 'right'
  });
  const header = new TextRenderer({
    font: `600 ${font}`,
    textColor: text,
    horizontalAlignment: ({ value }: CellRenderer.CellConfig) => (isNumeric((value as Column).type) ? 'right' : 'left'),
    format: ({ value }) => headerText(value as Column, sort),
    elideDirection: 'right'
  });
  const numbers = new TextRenderer({ font, textColor: faint, horizontalAlignment: 'right' });
  return {
    style: Object.fromEntries(Object.entries(style).filter(([, value]) => value !== '')),
    renderers: new RendererMap({ body, 'column-header': header, 'row-header': numbers, 'corner-header': numbers })
  };
}

function headerText({ name, type }: Column, sort: readonly Sort[]): string {
  const at = sort.findIndex(({ column }) => column === name);
  const arrow = at < 0 ? '' : sort[at].descending ? ARROWS.down : ARROWS.up;
  const rank = at >= 0 && sort.length > 1 ? String(at + 1) : '';
  return `${name}${arrow}${rank}  ${type}`;
}

/** A theme's colour, seen through. */
function faded(colour: string, share: number): string {
  const canvas = document.createElement('canvas').getContext('2d');
  if (!canvas || !colour) {
    return colour;
  }
  canvas.fillStyle = colour;
  const full = canvas.fillStyle; // now in the form #rrggbb or rgba()
  const hex = /^#(..)(..)(..)$/.exec(full);
  const parts = hex ? hex.slice(1).map(part => parseInt(part, 16)) : (full.match(/[\d.]+/g) ?? []).slice(0, 3);
  return `rgba(${parts.join(', ')}, ${share})`;
}
