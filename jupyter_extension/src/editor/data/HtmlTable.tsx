import { useState } from 'react';

import { cellText, isNumeric } from '../../model/cell';
import { numberText } from '../../model/measure';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor } from '../context';
import { askRows, type Condition, type IPlaceOfValue, type Sort } from './place';

const PAGE = 100;

interface IProps {
  place: IPlaceOfValue;
  sort: readonly Sort[];
  where: readonly Condition[];
}

/** A page of a table as a table: what screen readers can read, and browsers can search. */
export function HtmlTable({ place, sort, where }: IProps): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const [start, setStart] = useState(0);
  const { value, error, reload } = useLoaded(
    () => askRows(editor, place, { start, limit: PAGE, sort: [...sort], where: [...where], cell: 1000 }),
    [JSON.stringify([place, sort, where, start])]
  );
  if (error) {
    return <ProblemNote trans={trans} error={error} retry={reload} />;
  }
  if (!value) {
    return <p className="mr-Empty">{trans.__('Reading the table…')}</p>;
  }
  const end = start + value.rows.length;
  return (
    <div className="mr-HtmlTable" tabIndex={0} role="region" aria-label={trans.__('Rows of %1', place.port)}>
      <div className="mr-DataBar">
        <span role="status">
          {trans.__('Rows %1 to %2 of %3', numberText(start + 1), numberText(end), numberText(value.total))}
        </span>
        <button type="button" className="mr-Button" disabled={start === 0} onClick={() => setStart(start - PAGE)}>
          {trans.__('Previous page')}
        </button>
        <button
          type="button"
          className="mr-Button"
          disabled={end >= value.total}
          onClick={() => setStart(start + PAGE)}
        >
          {trans.__('Next page')}
        </button>
      </div>
      <table>
        <thead>
          <tr>
            <th scope="col">#</th>
            {value.columns.map(({ name, type }) => (
              <th key={name} scope="col" data-numeric={isNumeric(type)}>
                {name} <span className="mr-Quiet">{type}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {value.rows.map((row, at) => (
            <tr key={start + at}>
              <th scope="row">{numberText(start + at + 1)}</th>
              {row.map((cell, index) => (
                <td key={index} data-numeric={isNumeric(value.columns[index].type)}>
                  {cell === null ? <em className="mr-Quiet">{trans.__('null')}</em> : cellText(cell)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
