import { undoIcon } from '@jupyterlab/ui-components';
import { createContext, useContext } from 'react';

import { useEditor } from '../context';
import { IconButton } from './IconButton';

export interface IFieldToolbox {
  /** Whether the file says something other than the default. */
  changed: boolean;
  reset: () => void;
  /** The flow input that is used; null for a value of its own. */
  input: string | null;
  /** Names of the flow's inputs. */
  inputs: readonly string[];
  takeInput: (name: string | null) => void;
}

export const FieldToolbox = createContext<IFieldToolbox | null>(null);

/** What stands beside a field's label: where its value comes from, and the way back to the default. */
export function FieldTools(): JSX.Element | null {
  const { trans } = useEditor();
  const tools = useContext(FieldToolbox);
  if (!tools) {
    return null;
  }
  const { changed, reset, input, inputs, takeInput } = tools;
  const offered = input === null || inputs.includes(input) ? inputs : [...inputs, input];
  return (
    <span className="mr-Field-tools">
      {offered.length > 0 && (
        <select
          className="mr-Field-source"
          aria-label={trans.__('Where the value comes from')}
          title={trans.__('Where the value comes from')}
          value={input ?? ''}
          onChange={event => takeInput(event.target.value || null)}
        >
          <option value="">{trans.__('Constant')}</option>
          {offered.map(name => (
            <option key={name} value={name}>
              {trans.__('Flow input: %1', name)}
            </option>
          ))}
        </select>
      )}
      {changed && <IconButton icon={undoIcon} label={trans.__('Reset to default')} onClick={reset} />}
    </span>
  );
}
