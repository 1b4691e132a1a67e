import { answer } from '../../api/client';
import { cellText } from '../../model/cell';
import { numberText } from '../../model/measure';
import { Facts } from '../../parts/Facts';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor } from '../context';
import { ConditionForm } from './ConditionForm';
import { Histogram } from './Histogram';
import { type Column, type Condition, type IPlaceOfValue, pathOf, type Sort } from './place';

interface IProps {
  place: IPlaceOfValue;
  column: Column;
  sort: Sort | undefined;
  /** Null for no order. */
  onSort: (descending: boolean | null) => void;
  onCondition: (condition: Condition) => void;
  onClose: () => void;
}

/** A column beside its table: what it holds, and how to sort and filter by it. */
export function ColumnPanel({ place, column, sort, onSort, onCondition, onClose }: IProps): JSX.Element {
  const { trans, client } = useEditor();
  const { name, type } = column;
  const {
    value: profile,
    error,
    reload
  } = useLoaded(() => {
    const params = { path: pathOf(place), query: { column: name } };
    const route = '/runs/{run_id}/steps/{step}/outputs/{port}/profile';
    return answer(client.routes.GET(route, { params }));
  }, [JSON.stringify([place, name])]);
  return (
    <aside className="mr-ColumnPanel" aria-label={trans.__('Column %1', name)}>
      <header>
        <strong>{name}</strong> <span className="mr-ColumnPanel-type">{type}</span>
        <button type="button" className="mr-Close" aria-label={trans.__('Close the column')} onClick={onClose}>
          ×
        </button>
      </header>
      <div className="mr-ColumnPanel-sort">
        <button
          type="button"
          className="mr-Button"
          aria-pressed={sort?.descending === false}
          onClick={() => onSort(sort?.descending === false ? null : false)}
        >
          {trans.__('Sort rising')}
        </button>
        <button
          type="button"
          className="mr-Button"
          aria-pressed={sort?.descending === true}
          onClick={() => onSort(sort?.descending ? null : true)}
        >
          {trans.__('Sort falling')}
        </button>
      </div>
      <ConditionForm column={column} onAdd={onCondition} />
      <ProblemNote trans={trans} error={error} retry={reload} />
      {!profile && !error && <p className="mr-Quiet">{trans.__('Looking at the column…')}</p>}
      {profile && (
        <>
          <Facts
            facts={[
              [trans.__('Null'), numberText(profile.nulls)],
              [trans.__('Different values'), profile.distinct !== null && numberText(profile.distinct)],
              [trans.__('Least'), cellText(profile.min)],
              [trans.__('Greatest'), cellText(profile.max)],
              [trans.__('Mean'), profile.mean !== null && shortNumber(profile.mean)]
            ]}
          />
          {profile.histogram.length > 1 && <Histogram bins={profile.histogram} />}
          {profile.top.length > 0 && (profile.distinct ?? 0) < profile.looked_at && (
            <>
              <h4>{trans.__('Most frequent')}</h4>
              <ul className="mr-ColumnPanel-top">
                {profile.top.map((one, at) => (
                  <li key={at}>
                    <button
                      type="button"
                      title={trans.__('Show these rows')}
                      onClick={() => onCondition({ column: name, op: 'eq', value: one.value as Condition['value'] })}
                    >
                      {cellText(one.value) || trans.__('(empty text)')}
                    </button>
                    <span>{numberText(one.count)}</span>
                  </li>
                ))}
              </ul>
            </>
          )}
          {profile.looked_at < profile.rows && (
            <p className="mr-Quiet">{trans.__('Of the first %1 rows.', numberText(profile.looked_at))}</p>
          )}
        </>
      )}
    </aside>
  );
}

function shortNumber(value: number): string {
  return value.toLocaleString(navigator.language, { maximumSignificantDigits: 6 });
}
