import { closeIcon } from '@jupyterlab/ui-components';
import { useCallback, useRef } from 'react';

import type { IFormSchema } from '../../model/form';
import type { JsonObject } from '../../model/schema';
import type { FlowProblem } from '../../model/settings';
import { useEditor } from '../context';
import { Field } from './Field';
import { IconButton } from './IconButton';
import { ProblemList } from './ProblemList';

interface ISettingsForm {
  node: string;
  schema: IFormSchema;
  values: JsonObject;
  problems: ReadonlyMap<string, readonly FlowProblem[]>;
  /** The flow's inputs, where settings may take them. */
  inputs: readonly string[];
  set: (name: string, value: unknown) => void;
}

const NONE: readonly never[] = [];

/** A form's fields, and what the file holds beyond them: it stays until a person takes it out. */
export function SettingsForm({ node, schema, values, problems, inputs, set }: ISettingsForm): JSX.Element {
  const { document, trans } = useEditor();
  const latest = useRef(values);
  latest.current = values;
  const settings = useCallback(() => latest.current, []);
  const properties = schema.properties ?? {};
  const unknown = Object.keys(values).filter(name => !Object.hasOwn(properties, name));
  return (
    <div className="mr-Form">
      {Object.entries(properties).map(([name, field]) => (
        <Field
          key={name}
          node={node}
          name={name}
          schema={field}
          root={schema}
          value={values[name]}
          problems={problems.get(name) ?? NONE}
          inputs={takesInput(field) ? inputs : NONE}
          settings={settings}
          set={set}
        />
      ))}
      {unknown.map(name => (
        <div key={name} className="mr-Field mr-mod-unknown">
          <div className="mr-Field-head">
            <span className="mr-Field-label">{name}</span>
            <span className="mr-Field-tools">
              <IconButton
                icon={closeIcon}
                label={trans.__('Remove %1', name)}
                onClick={() => document.together(() => set(name, undefined))}
              />
            </span>
          </div>
          <code className="mr-Field-raw">{JSON.stringify(values[name])}</code>
          <ProblemList problems={problems.get(name) ?? NONE} />
        </div>
      ))}
    </div>
  );
}

/** A credential comes from the vault, never from whoever starts a run. */
function takesInput(field: IFormSchema): boolean {
  return field['x-millrace']?.widget !== 'credential';
}
