import { type FormEvent, useState } from 'react';

import { conditionValue, operatorsOf } from '../../model/cell';
import { useEditor } from '../context';
import type { Column, Condition } from './place';
import { useOperatorText } from './useOperatorText';

/** Asks for a condition on a column. */
export function ConditionForm({ column, onAdd }: { column: Column; onAdd: (one: Condition) => void }): JSX.Element {
  const { trans } = useEditor();
  const operators = operatorsOf(column.type);
  const operator = useOperatorText();
  const [op, setOp] = useState(operators[0]);
  const [text, setText] = useState('');
  const needsValue = op !== 'is_null' && op !== 'not_null';
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const value = needsValue ? conditionValue(column.type, op, text) : null;
    onAdd({ column: column.name, op: op as Condition['op'], value });
    setText('');
  };
  return (
    <form className="mr-ConditionForm" onSubmit={submit} aria-label={trans.__('Filter by %1', column.name)}>
      <select aria-label={trans.__('Condition')} value={op} onChange={event => setOp(event.target.value)}>
        {operators.map(one => (
          <option key={one} value={one}>
            {operator(one)}
          </option>
        ))}
      </select>
      {needsValue && (
        <input
          aria-label={trans.__('Value')}
          className="jp-mod-styled"
          value={text}
          onChange={event => setText(event.target.value)}
        />
      )}
      <button type="submit" className="mr-Button" disabled={needsValue && text === ''}>
        {trans.__('Filter')}
      </button>
    </form>
  );
}
