import type { ReactNode } from 'react';

export interface IColumn<T> {
  readonly name: string;
  readonly cell: (item: T) => ReactNode;
  readonly className?: string;
}

interface ITableProps<T> {
  label: string;
  items: readonly T[];
  columns: readonly IColumn<T>[];
  keyOf: (item: T) => string;
  /** What opens beside the list when a row is chosen; then the first column is its button. */
  choose?: (item: T) => void;
  chosen?: string | null;
}

/** A dense table whose head stays in sight. Its first column names the row. */
export function Table<T>({ label, items, columns, keyOf, choose, chosen }: ITableProps<T>): JSX.Element {
  const [first, ...others] = columns;
  return (
    <table className="mr-Table" aria-label={label}>
      <thead>
        <tr>
          {columns.map(({ name, className }) => (
            <th key={name} scope="col" className={className}>
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {items.map(item => (
          <tr
            key={keyOf(item)}
            aria-current={chosen === keyOf(item) || undefined}
            className={choose && 'mr-mod-clickable'}
            onClick={() => choose?.(item)}
          >
            <th scope="row" className={first.className}>
              {choose ? (
                <button type="button" className="mr-Link">
                  {first.cell(item)}
                </button>
              ) : (
                first.cell(item)
              )}
            </th>
            {others.map(({ name, cell, className }) => (
              <td key={name} className={className}>
                {cell(item)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
