import { useState } from 'react';

import type { OutputShown } from '../../model/run';
import { numberText } from '../../model/measure';
import { useEditor } from '../context';
import type { IPlaceOfValue } from './place';
import { ValueView } from './ValueView';

/** A value that can be chosen, by the name of its port. */
export interface IPortValue {
  readonly name: string;
  readonly place: IPlaceOfValue;
  readonly output: OutputShown;
}

/** One of several values, and the choice among them. */
export function PortValues({ values }: { values: readonly IPortValue[] }): JSX.Element {
  const { trans } = useEditor();
  const [chosen, choose] = useState('');
  const shown = values.find(({ name }) => name === chosen) ?? values[0];
  return (
    <div className="mr-PortValues">
      {values.length > 1 && (
        <div className="mr-PortValues-choice" role="radiogroup" aria-label={trans.__('Port')}>
          {values.map(({ name, output }) => (
            <label key={name} data-chosen={name === shown.name}>
              <input type="radio" className="mr-Unseen" checked={name === shown.name} onChange={() => choose(name)} />
              {name}
              {output.rows !== null && <span className="mr-Count">{numberText(output.rows)}</span>}
            </label>
          ))}
        </div>
      )}
      <ValueView place={shown.place} output={shown.output} />
    </div>
  );
}
