import { MessageLoop } from '@lumino/messaging';
import { BasicKeyHandler, BasicMouseHandler, BasicSelectionModel, DataGrid } from '@lumino/datagrid';
import { Widget } from '@lumino/widgets';
import { useEffect, useLayoutEffect, useRef } from 'react';

import { isNumeric } from '../../model/cell';
import { useEditor } from '../context';
import { gridLook } from './gridLook';
import type { Column, Sort } from './place';
import type { TableModel } from './tableModel';

interface IProps {
  model: TableModel;
  columns: readonly Column[];
  sort: readonly Sort[];
  label: string;
  /** A click on a column's head; `more` with the right button. */
  onHeader: (column: string, more: boolean, adds: boolean) => void;
}

/** The grid of JupyterLab's own table viewer, over a model that loads as one scrolls. */
export function TableGrid({ model, columns, sort, label, onHeader }: IProps): JSX.Element {
  const { themeManager, trans } = useEditor();
  const host = useRef<HTMLDivElement>(null);
  const grid = useRef<DataGrid | null>(null);
  const header = useRef(onHeader);
  header.current = onHeader;

  // Before React takes the element out of the page: the grid must leave it while it is attached.
  useLayoutEffect(() => {
    const node = host.current!;
    const made = new DataGrid({
      defaultSizes: { rowHeight: 24, columnWidth: 140, rowHeaderWidth: 76, columnHeaderHeight: 28 },
      stretchLastColumn: false
    });
    made.keyHandler = new BasicKeyHandler();
    made.mouseHandler = new HeaderMouse((column, more, adds) => header.current(column, more, adds));
    made.copyConfig = { separator: '\t', format: DataGrid.copyFormatGeneric, headers: 'none', warningThreshold: 1e6 };
    Widget.attach(made, node);
    grid.current = made;
    const resized = new ResizeObserver(() => MessageLoop.sendMessage(made, Widget.ResizeMessage.UnknownSize));
    resized.observe(node);
    return () => {
      resized.disconnect();
      grid.current = null;
      made.dispose();
    };
  }, []);

  useEffect(() => {
    const made = grid.current!;
    made.dataModel = model;
    made.selectionModel = new BasicSelectionModel({ dataModel: model });
    columns.forEach((column, index) => made.resizeColumn('body', index, widthOf(column)));
  }, [model, columns]);

  useEffect(() => {
    const paint = () => {
      const { style, renderers } = gridLook(host.current!, sort, trans.__('null'));
      grid.current!.style = { ...DataGrid.defaultStyle, ...style };
      grid.current!.cellRenderers = renderers;
    };
    paint();
    themeManager?.themeChanged.connect(paint);
    return () => void themeManager?.themeChanged.disconnect(paint);
  }, [sort, themeManager, trans]);

  return <div ref={host} className="mr-TableGrid" role="group" aria-label={label} />;
}

function widthOf({ name, type }: Column): number {
  const letters = name.length + type.length + 4;
  return Math.max(isNumeric(type) ? 100 : 140, Math.min(300, letters * 8.5));
}

/** A click on a column's head sorts by it; with the right button it opens the column. */
class HeaderMouse extends BasicMouseHandler {
  constructor(private readonly onHeader: (column: string, more: boolean, adds: boolean) => void) {
    super();
  }

  onMouseDown(grid: DataGrid, event: MouseEvent): void {
    this.pressed = { x: event.clientX, y: event.clientY, column: this.columnAt(grid, event) };
    super.onMouseDown(grid, event);
  }

  onMouseUp(grid: DataGrid, event: MouseEvent): void {
    super.onMouseUp(grid, event);
    const { x, y, column } = this.pressed;
    const moved = Math.abs(event.clientX - x) + Math.abs(event.clientY - y) > 3;
    if (column !== null && !moved && event.button === 0) {
      this.onHeader(column, false, event.shiftKey);
    }
    this.pressed.column = null;
  }

  onContextMenu(grid: DataGrid, event: MouseEvent): void {
    const column = this.columnAt(grid, event);
    if (column !== null) {
      event.preventDefault();
      event.stopPropagation();
      this.onHeader(column, true, false);
    }
  }

  /** The column whose head is there; null elsewhere, and at the edges, where columns are made wider. */
  private columnAt(grid: DataGrid, { clientX, clientY }: MouseEvent): string | null {
    const hit = grid.hitTest(clientX, clientY);
    const inside = hit.x > 5 && hit.width - hit.x > 5;
    return hit.region === 'column-header' && inside
      ? (grid.dataModel!.data('column-header', 0, hit.column) as Column).name
      : null;
  }

  private pressed: { x: number; y: number; column: string | null } = { x: 0, y: 0, column: null };
}
