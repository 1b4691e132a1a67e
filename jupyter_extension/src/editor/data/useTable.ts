import { useEffect, useMemo, useState } from 'react';

import { patiently } from '../../api/patiently';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor } from '../context';
import { askRows, type Column, type Condition, type IPlaceOfValue, type Sort } from './place';
import { PAGE } from './rowPages';
import { TableModel } from './tableModel';

/** Characters of a cell in the grid. */
const CELL = 200;

export interface ITable {
  model: TableModel;
  columns: readonly Column[];
  total: number;
}

/** A table in an order and with conditions; null until its first page is there. The table before stays meanwhile. */
export function useTable(
  place: IPlaceOfValue,
  sort: readonly Sort[],
  where: readonly Condition[]
): { table: ITable | null; error: unknown; retry: () => void; loading: boolean } {
  const editor = useEditor();
  const [failed, setFailed] = useState<unknown>(null);
  const [shown, setShown] = useState<ITable | null>(null);
  const key = JSON.stringify([place, sort, where]);
  const ask = useMemo(
    () => (start: number, limit: number) =>
      askRows(editor, place, { start, limit, sort: [...sort], where: [...where], cell: CELL }),
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [editor, key]
  );
  const { value, error, reload } = useLoaded(() => ask(0, PAGE), [key]);
  useEffect(() => {
    if (!value) {
      return;
    }
    const { columns, total, rows } = value;
    const model = new TableModel({
      columns,
      total,
      first: rows,
      ask: async (start, limit) => (await patiently(() => ask(start, limit))).rows,
      failed: setFailed
    });
    setFailed(null);
    setShown({ model, columns, total });
    return () => model.dispose();
  }, [value, ask]);
  return { table: shown, error: error ?? failed, retry: reload, loading: !value && !error };
}
