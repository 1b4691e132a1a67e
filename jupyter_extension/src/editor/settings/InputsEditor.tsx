import { addIcon } from '@jupyterlab/ui-components';

import type { FlowInput } from '../../model/flow';
import type { FlowProblem } from '../../model/settings';
import { useEditor, useFlow } from '../context';
import { InputCard } from './InputCard';

/** The values that whoever starts a run may give. */
export function InputsEditor({ problems }: { problems: readonly FlowProblem[] }): JSX.Element {
  const { document, trans } = useEditor();
  const inputs = useFlow().inputs ?? [];
  const put = (next: readonly FlowInput[]) => document.setField('inputs', next.length ? next : undefined);
  const add = () => document.together(() => put([...inputs, { name: freeName(inputs) }]));
  return (
    <section className="mr-Section" aria-label={trans.__('Inputs')}>
      <h3 className="mr-Section-title">{trans.__('Inputs')}</h3>
      <p className="mr-Field-help">
        {trans.__('Values that whoever starts a run may give, such as a month. Settings of nodes can take them.')}
      </p>
      {inputs.map((input, at) => (
        <InputCard
          key={at}
          input={input}
          problems={problems.filter(one => one.field === `input:${input.name}`)}
          change={fields => put(inputs.map((one, index) => (index === at ? without({ ...one, ...fields }) : one)))}
          remove={() => document.together(() => put(inputs.filter((_, index) => index !== at)))}
        />
      ))}
      <button type="button" className="mr-Link" onClick={add}>
        <addIcon.react tag="span" elementSize="small" />
        {trans.__('Add an input')}
      </button>
    </section>
  );
}

function freeName(inputs: readonly FlowInput[]): string {
  const names = new Set(inputs.map(one => one.name));
  let number = 1;
  while (names.has(`input${number}`)) {
    number++;
  }
  return `input${number}`;
}

function without(input: FlowInput): FlowInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as FlowInput;
}
