import { DataModel } from '@lumino/datagrid';

import type { Column } from './place';
import { type Cells, RowPages } from './rowPages';

/** Stands for a cell that is on its way. */
export const LOADING = Symbol('loading');

interface ISource {
  columns: readonly Column[];
  total: number;
  /** The first page, which told the total. */
  first: readonly Cells[];
  ask: (start: number, limit: number) => Promise<readonly Cells[]>;
  failed: (error: unknown) => void;
}

/** A table of any length for the grid: it fetches what is looked at. */
export class TableModel extends DataModel {
  constructor(private readonly source: ISource) {
    super();
    const told = (row: number, rowSpan: number) =>
      this.emitChanged({
        type: 'cells-changed',
        region: 'body',
        row,
        column: 0,
        rowSpan,
        columnSpan: source.columns.length
      });
    this.pages = new RowPages(source.ask, told, source.failed);
    this.pages.put(0, source.first);
  }

  dispose(): void {
    this.pages.dispose();
  }

  rowCount(region: DataModel.RowRegion): number {
    return region === 'body' ? this.source.total : 1;
  }

  columnCount(region: DataModel.ColumnRegion): number {
    return region === 'body' ? this.source.columns.length : 1;
  }

  data(region: DataModel.CellRegion, row: number, column: number): unknown {
    switch (region) {
      case 'body': {
        const cells = this.pages.row(row);
        return cells ? cells[column] : LOADING;
      }
      case 'column-header':
        return this.source.columns[column];
      case 'row-header':
        return row + 1;
      default:
        return '';
    }
  }

  metadata(region: DataModel.CellRegion, _row: number, column: number): DataModel.Metadata {
    return region === 'body' ? { type: this.source.columns[column].type } : {};
  }

  private readonly pages: RowPages;
}
