import { useEditor } from '../context';
import type { Condition, Sort } from './place';
import { useOperatorText } from './useOperatorText';

interface IProps {
  where: readonly Condition[];
  sort: readonly Sort[];
  onWhere: (where: readonly Condition[]) => void;
  onSort: (sort: readonly Sort[]) => void;
}

/** What a table is filtered and sorted by; each can be taken away. */
export function ConditionList({ where, sort, onWhere, onSort }: IProps): JSX.Element {
  const { trans } = useEditor();
  const operator = useOperatorText();
  return (
    <ul className="mr-ConditionList" aria-label={trans.__('Filters and order')}>
      {where.map((one, at) => (
        <Chip
          key={`where ${at}`}
          text={`${one.column} ${operator(one.op)} ${one.value === undefined || one.value === null ? '' : String(one.value)}`}
          onRemove={() => onWhere(where.filter((_, other) => other !== at))}
        />
      ))}
      {sort.map(one => (
        <Chip
          key={`sort ${one.column}`}
          text={one.descending ? trans.__('%1, falling', one.column) : trans.__('%1, rising', one.column)}
          onRemove={() => onSort(sort.filter(other => other !== one))}
        />
      ))}
    </ul>
  );

  function Chip({ text, onRemove }: { text: string; onRemove: () => void }): JSX.Element {
    return (
      <li className="mr-Chip">
        {text}
        <button type="button" aria-label={trans.__('Remove %1', text)} onClick={onRemove}>
          ×
        </button>
      </li>
    );
  }
}
