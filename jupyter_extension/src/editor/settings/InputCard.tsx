import { closeIcon, HTMLSelect } from '@jupyterlab/ui-components';
import { useId } from 'react';

import { flowSchema } from '../../_generated/flowSchema';
import type { FlowInput } from '../../model/flow';
import type { FlowProblem } from '../../model/settings';
import { useEditor } from '../context';
import { IconButton } from './IconButton';
import { ProblemList } from './ProblemList';
import { useDraft } from './useDraft';

interface IInputCard {
  input: FlowInput;
  problems: readonly FlowProblem[];
  change: (fields: Partial<FlowInput>) => void;
  remove: () => void;
}

type InputType = NonNullable<FlowInput['type']>;
const TYPES = flowSchema.$defs!.FlowInput.properties!.type.enum as readonly InputType[];

export function InputCard({ input, problems, change, remove }: IInputCard): JSX.Element {
  const { trans } = useEditor();
  const id = useId();
  const type = input.type ?? 'text';
  const shown = input.default === undefined || input.default === null ? '' : textOf(input.default);
  return (
    <div className="mr-List-item" role="group" aria-label={trans.__('Input %1', input.name)}>
      <div className="mr-List-fields">
        <Line label={trans.__('Name')} value={input.name} set={name => change({ name })} />
        <div className="mr-Field">
          <label className="mr-Field-label" htmlFor={`${id}-type`}>
            {trans.__('Type')}
          </label>
          <HTMLSelect
            id={`${id}-type`}
            value={type}
            onChange={event => change({ type: event.target.value as InputType })}
          >
            {TYPES.map(one => (
              <option key={one}>{one}</option>
            ))}
          </HTMLSelect>
        </div>
        <Line
          label={trans.__('Title')}
          value={input.title ?? ''}
          set={title => change({ title: title || undefined })}
        />
        <Line
          label={trans.__('Default')}
          value={shown}
          set={text => change({ default: text === '' ? undefined : (valueOf(text, type) as FlowInput['default']) })}
        />
        {type === 'choice' && (
          <Line
            label={trans.__('Choices, parted by commas')}
            value={(input.choices ?? []).join(', ')}
            set={text =>
              change({
                choices: text
                  .split(',')
                  .map(one => one.trim())
                  .filter(Boolean)
              })
            }
          />
        )}
        <label className="mr-Field mr-mod-tick">
          <input
            type="checkbox"
            checked={input.required ?? false}
            onChange={event => change({ required: event.target.checked || undefined })}
          />
          {trans.__('Must be given')}
        </label>
      </div>
      <div className="mr-List-tools">
        <IconButton icon={closeIcon} label={trans.__('Remove input %1', input.name)} onClick={remove} />
      </div>
      <ProblemList problems={problems} />
    </div>
  );
}

function Line({ label, value, set }: { label: string; value: string; set: (text: string) => void }): JSX.Element {
  const id = useId();
  const draft = useDraft(value, set);
  return (
    <div className="mr-Field">
      <label className="mr-Field-label" htmlFor={id}>
        {label}
      </label>
      <input
        id={id}
        className="jp-mod-styled"
        value={draft.value}
        onChange={event => draft.type(event.target.value)}
        onBlur={draft.leave}
      />
    </div>
  );
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** A default in its type; what cannot be read so stays text, and the service says what is wrong with it. */
function valueOf(text: string, type: InputType): unknown {
  if (!['integer', 'number', 'boolean', 'json'].includes(type)) {
    return text;
  }
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
