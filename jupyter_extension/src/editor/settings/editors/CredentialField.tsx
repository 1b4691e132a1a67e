import { HTMLSelect, addIcon } from '@jupyterlab/ui-components';
import type { FieldProps } from '@rjsf/utils';
import { useCallback, useEffect, useState } from 'react';

import { answer } from '../../../api/client';
import { isObject } from '../../../model/schema';
import { useEditor } from '../../context';
import { editorProps, useControl } from '../field';
import { IconButton } from '../IconButton';

const NEW = 'millrace:new-credential';

/** The name of a stored credential of the type that the node asks for. */
export function CredentialField(props: FieldProps): JSX.Element {
  const { commands, trans } = useEditor();
  const { id, schema, value, onChange } = editorProps(props);
  const type = schema['x-millrace']?.type ?? '';
  const control = useControl(id);
  const { names, look } = useCredentials(type);
  const name = isObject(value) && typeof value.$credential === 'string' ? value.$credential : '';
  const offered = name === '' || names.includes(name) ? names : [...names, name];

  const pick = (chosen: string) => onChange(chosen === '' ? undefined : { $credential: chosen });
  const make = async () => {
    const made = (await commands.execute(NEW, { type })) as unknown;
    if (typeof made === 'string') {
      pick(made);
      await look();
    }
  };

  return (
    <div className="mr-List-row">
      <HTMLSelect
        {...control}
        className="mr-Choice"
        value={name}
        onFocus={() => void look()}
        onChange={event => pick(event.target.value)}
      >
        <option value="">{names.length ? trans.__('None') : trans.__('None stored of this type')}</option>
        {offered.map(one => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </HTMLSelect>
      {commands.hasCommand(NEW) && (
        <IconButton icon={addIcon} label={trans.__('New credential…')} onClick={() => void make()} />
      )}
    </div>
  );
}

function useCredentials(type: string): { names: readonly string[]; look: () => Promise<void> } {
  const { client } = useEditor();
  const [names, setNames] = useState<readonly string[]>([]);
  const look = useCallback(async () => {
    try {
      const { items } = await answer(
        client.routes.GET('/credentials', { params: { query: { environment: 'default', limit: 200 } } })
      );
      setNames(items.filter(one => one.type === type).map(one => one.name));
    } catch {
      // What was known stays; the name in use is offered in any case.
    }
  }, [client, type]);
  useEffect(() => void look(), [look]);
  return { names, look };
}
