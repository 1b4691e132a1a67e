import { addIcon, closeIcon, moveDownIcon, moveUpIcon } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';
import { useState } from 'react';

import { type IFormSchema, readScalar } from '../../../model/form';
import { useEditor } from '../../context';
import { Combobox } from '../Combobox';
import { editorProps } from '../field';
import { IconButton } from '../IconButton';
import { useOffers } from '../useOffers';

/** A list of texts or numbers: columns, formats of dates. The last line is for one more. */
export function ListField(props: FieldProps): JSX.Element {
  const { trans } = useEditor();
  const { id, schema, value, onChange } = editorProps(props);
  const [more, setMore] = useState('');
  const items = Array.isArray(value) ? (value as unknown[]) : [];
  const entry: IFormSchema = { type: 'string', ...schema.items, 'x-millrace': schema['x-millrace'] };
  const offers = useOffers(id, entry);
  const left = offers.options.filter(one => !items.includes(one.value));

  const put = (at: number, text: string) =>
    onChange(items.map((item, index) => (index === at ? readScalar(text, entry) : item)));
  const swap = (at: number, to: number) =>
    onChange(items.map((item, index) => (index === at ? items[to] : index === to ? items[at] : item)));
  const add = (text: string) => {
    if (text !== '') {
      onChange([...items, readScalar(text, entry)]);
    }
    setMore('');
  };

  return (
    <div className="mr-List" id={id}>
      {items.map((item, at) => (
        <div key={at} className="mr-List-row">
          <Combobox
            {...offers}
            options={left}
            id={`${id}.${at}`}
            label={trans.__('Entry %1', at + 1)}
            value={String(item)}
            onChange={text => put(at, text)}
          />
          <IconButton
            icon={moveUpIcon}
            label={trans.__('Move entry %1 up', at + 1)}
            disabled={at === 0}
            onClick={() => swap(at, at - 1)}
          />
          <IconButton
            icon={moveDownIcon}
            label={trans.__('Move entry %1 down', at + 1)}
            disabled={at === items.length - 1}
            onClick={() => swap(at, at + 1)}
          />
          <IconButton
            icon={closeIcon}
            label={trans.__('Remove entry %1', at + 1)}
            onClick={() => onChange(items.filter((_, index) => index !== at))}
          />
        </div>
      ))}
      <div className="mr-List-row">
        <Combobox
          {...offers}
          options={left}
          id={`${id}-more`}
          label={trans.__('New entry')}
          placeholder={trans.__('Add…')}
          value={more}
          onChange={setMore}
          onChoose={add}
          onEnter={() => add(more)}
        />
        <IconButton icon={addIcon} label={trans.__('Add entry')} disabled={more === ''} onClick={() => add(more)} />
      </div>
    </div>
  );
}
