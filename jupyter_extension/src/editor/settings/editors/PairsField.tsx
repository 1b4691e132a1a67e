import { addIcon, closeIcon } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';
import { useEffect, useState } from 'react';

import { type IFormSchema, isSame, readScalar } from '../../../model/form';
import { isObject } from '../../../model/schema';
import { useEditor } from '../../context';
import { Combobox } from '../Combobox';
import { editorProps } from '../field';
import { IconButton } from '../IconButton';
import { useOffers } from '../useOffers';

type Pair = readonly [string, unknown];
const ANY: IFormSchema = { anyOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] };

/** Names and their values: headers, types of columns. A line without a name is not yet in the file. */
export function PairsField(props: FieldProps): JSX.Element {
  const { trans } = useEditor();
  const { id, schema, value, onChange } = editorProps(props);
  const kept = isObject(value) ? value : {};
  const [pairs, setPairs] = useState<readonly Pair[]>(Object.entries(kept));
  const values = isObject(schema.additionalProperties) ? (schema.additionalProperties as IFormSchema) : ANY;
  const names = useOffers(id, { type: 'string', 'x-millrace': schema['x-millrace'] });
  const offers = useOffers(id, { ...values, 'x-millrace': undefined });

  // What comes from elsewhere takes the place of what stands here.
  useEffect(() => {
    setPairs(shown => (isSame(objectOf(shown), kept) ? shown : Object.entries(kept)));
    // eslint-disable-next-line react-hooks/exhaustive-deps -- a new object of equal content changes nothing
  }, [JSON.stringify(kept)]);

  const edit = (next: readonly Pair[]) => {
    setPairs(next);
    const made = objectOf(next);
    if (!isSame(made, kept)) {
      onChange(Object.keys(made).length ? made : undefined);
    }
  };
  const put = (at: number, pair: Pair) => edit(pairs.map((old, index) => (index === at ? pair : old)));

  return (
    <div className="mr-List" id={id}>
      {pairs.map(([name, item], at) => (
        <div key={at} className="mr-List-row">
          <Combobox
            id={`${id}-name-${at}`}
            label={trans.__('Name %1', at + 1)}
            placeholder={trans.__('Name')}
            options={schema['x-millrace'] ? names.options : []}
            value={name}
            onChange={text => put(at, [text, item])}
          />
          <Combobox
            id={`${id}-value-${at}`}
            label={trans.__('Value of %1', name || String(at + 1))}
            placeholder={trans.__('Value')}
            options={offers.options}
            value={textOf(item)}
            onChange={text => put(at, [name, read(text, values)])}
          />
          <IconButton
            icon={closeIcon}
            label={trans.__('Remove %1', name || String(at + 1))}
            onClick={() => edit(pairs.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <button type="button" className="mr-Link" onClick={() => setPairs([...pairs, ['', '']])}>
        <addIcon.react tag="span" elementSize="small" />
        {trans.__('Add')}
      </button>
    </div>
  );
}

function objectOf(pairs: readonly Pair[]): Record<string, unknown> {
  return Object.fromEntries(pairs.filter(([name]) => name !== ''));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** `true`, `false` and numbers are themselves where the values may be such. */
function read(text: string, schema: IFormSchema): unknown {
  const booleans = schema.anyOf?.some(one => one.type === 'boolean') ?? false;
  return booleans && (text === 'true' || text === 'false') ? text === 'true' : readScalar(text, schema);
}
