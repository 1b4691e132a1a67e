import { useState } from 'react';

import { numberText, rowsText } from '../../model/measure';
import { ProblemNote } from '../../parts/ProblemNote';
import { useEditor } from '../context';
import { ColumnPanel } from './ColumnPanel';
import { ConditionList } from './ConditionList';
import { HtmlTable } from './HtmlTable';
import { contentUrl, type Condition, type IPlaceOfValue, type Sort } from './place';
import { TableGrid } from './TableGrid';
import { useTable } from './useTable';

/** A table of any length: sorted and filtered by the service, a column looked at beside it. */
export function TableView({ place, rows }: { place: IPlaceOfValue; rows: number | null }): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const [sort, setSort] = useState<readonly Sort[]>([]);
  const [where, setWhere] = useState<readonly Condition[]>([]);
  const [opened, setOpened] = useState<string | null>(null);
  const [asHtml, setAsHtml] = useState(false);
  const { table, error, retry, loading } = useTable(place, sort, where);
  const columns = table?.columns ?? [];
  const column = columns.find(({ name }) => name === opened);
  const onHeader = (name: string, more: boolean, adds: boolean) =>
    more ? setOpened(name) : setSort(known => nextSort(known, name, adds));
  const add = (condition: Condition) => setWhere(known => [...known, condition]);
  return (
    <div className="mr-TableView">
      <div className="mr-DataBar">
        <span className="mr-DataBar-count" role="status">
          {countText(table?.total, where.length ? rows : null)}
        </span>
        <label className="mr-DataBar-choice">
          <span aria-hidden="true">{trans.__('Column')}</span>
          <select
            aria-label={trans.__('Column')}
            value={opened ?? ''}
            onChange={event => setOpened(event.target.value || null)}
          >
            <option value="">{trans.__('Choose one to sort, filter and profile')}</option>
            {columns.map(({ name }) => (
              <option key={name} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <ConditionList where={where} sort={sort} onWhere={setWhere} onSort={setSort} />
        <span className="mr-DataBar-space" />
        <button type="button" className="mr-Button" aria-pressed={asHtml} onClick={() => setAsHtml(!asHtml)}>
          {asHtml ? trans.__('View as grid') : trans.__('View as table')}
        </button>
        <a className="mr-Button" href={contentUrl(editor, place)} download>
          {trans.__('Download')}
        </a>
      </div>
      <ProblemNote trans={trans} error={error} retry={retry} />
      <div className="mr-TableView-body" data-loading={loading}>
        {table && table.total === 0 && (
          <p className="mr-Empty">{where.length ? trans.__('No row fulfils the conditions.') : trans.__('No rows.')}</p>
        )}
        {table &&
          table.total > 0 &&
          (asHtml ? (
            <HtmlTable place={place} sort={sort} where={where} />
          ) : (
            <TableGrid
              model={table.model}
              columns={table.columns}
              sort={sort}
              label={trans.__('Rows of %1. “View as table” reads better aloud.', place.port)}
              onHeader={onHeader}
            />
          ))}
        {!table && !error && <p className="mr-Empty">{trans.__('Reading the table…')}</p>}
        {column && (
          <ColumnPanel
            key={column.name}
            place={place}
            column={column}
            sort={sort.find(one => one.column === column.name)}
            onSort={descending => setSort(descending === null ? [] : [{ column: column.name, descending }])}
            onCondition={add}
            onClose={() => setOpened(null)}
          />
        )}
      </div>
    </div>
  );

  function countText(total: number | undefined, all: number | null): string {
    if (total === undefined) {
      return '';
    }
    const count = rowsText(trans, total);
    return all === null ? count : trans.__('%1 of %2', count, numberText(all));
  }
}

/** Up, down, as it was; with `adds`, behind the other columns. */
function nextSort(known: readonly Sort[], column: string, adds: boolean): readonly Sort[] {
  const old = known.find(one => one.column === column);
  const rest = adds ? known.filter(one => one.column !== column) : [];
  return old?.descending ? rest : [...rest, { column, descending: old !== undefined }];
}
