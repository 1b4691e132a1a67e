import type { FlowInput } from '../../_generated/flow';
import { inputTyped, inputValue } from '../../model/flowInput';
import { filled } from '../../model/trigger';
import { usePanel } from '../context';
import { Choice } from '../parts/Choice';
import { concerns } from '../parts/Field';
import { TextBox } from '../parts/TextBox';

interface IInputFieldsProps {
  inputs: readonly FlowInput[];
  values: Readonly<Record<string, unknown>>;
  /** Input -> JSON Pointer into what arrives; null where nothing arrives. */
  mapping: Readonly<Record<string, string>> | null;
  error: unknown;
  change: (values: Record<string, unknown>, mapping: Record<string, string>) => void;
}

/** What the flow's inputs get. What is left empty has the flow's own default. */
export function InputFields({ inputs, values, mapping, error, change }: IInputFieldsProps): JSX.Element | null {
  const { trans } = usePanel();
  if (!inputs.length) {
    return null;
  }
  const give = (name: string, value: unknown) => change(filled({ ...values, [name]: value }), { ...mapping });
  const map = (name: string, pointer: string) => change({ ...values }, filled({ ...mapping, [name]: pointer }));
  return (
    <fieldset>
      <legend>{trans.__('Inputs of the flow')}</legend>
      <table className="mr-Table mr-mod-form" aria-label={trans.__('Inputs of the flow')}>
        <thead>
          <tr>
            <th scope="col">{trans.__('Input')}</th>
            {mapping && <th scope="col">{trans.__('From what arrives')}</th>}
            <th scope="col">{mapping ? trans.__('Else') : trans.__('Value')}</th>
          </tr>
        </thead>
        <tbody>
          {inputs.map(input => (
            <tr key={input.name} className={concerns(error, input.name) ? 'mr-mod-wrong' : ''}>
              <th scope="row">{input.title || input.name}</th>
              {mapping && (
                <td>
                  <TextBox
                    aria-label={trans.__('%1 from what arrives', input.title || input.name)}
                    placeholder="/body/…"
                    value={mapping[input.name] ?? ''}
                    enter={pointer => map(input.name, pointer)}
                  />
                </td>
              )}
              <td>
                <InputBox input={input} value={values[input.name]} give={value => give(input.name, value)} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </fieldset>
  );
}

interface IInputBoxProps {
  input: FlowInput;
  value: unknown;
  give: (value: unknown) => void;
}

function InputBox({ input, value, give }: IInputBoxProps): JSX.Element {
  const { trans } = usePanel();
  const label = input.title || input.name;
  const usual = inputTyped(input.default);
  const default_ = usual ? trans.__('Default: %1', usual) : trans.__('Default');
  const choices = input.type === 'boolean' ? ['true', 'false'] : input.choices;
  if (choices?.length) {
    return (
      <Choice
        label={label}
        value={inputTyped(value)}
        options={[['', default_], ...choices.map(one => [one, one] as const)]}
        choose={text => give(inputValue(input, text))}
      />
    );
  }
  return (
    <TextBox
      aria-label={label}
      type={input.type === 'date' ? 'date' : 'text'}
      placeholder={default_}
      value={inputTyped(value)}
      enter={text => give(text === '' ? undefined : text)}
    />
  );
}
