import type { TranslationBundle } from '@jupyterlab/translation';
import { useState } from 'react';

import type { FlowInput } from '../../model/flow';
import { inputText, inputValue } from '../../model/inputs';

interface IProps {
  inputs: readonly FlowInput[];
  given: Readonly<Record<string, unknown>>;
  trans: TranslationBundle;
  /** What is no value of its type is told as the text that it is: the service says what is wrong with it. */
  onChange: (values: Record<string, unknown>) => void;
}

/** A field for each input of a flow. */
export function InputsForm({ inputs, given, trans, onChange }: IProps): JSX.Element {
  const [texts, setTexts] = useState(() =>
    Object.fromEntries(inputs.map(input => [input.name, inputText(input, given[input.name])]))
  );
  const change = (name: string, text: string) => {
    const next = { ...texts, [name]: text };
    setTexts(next);
    const values = inputs.map(input => {
      const value = valueOf(input, next[input.name]);
      return [input.name, value === WRONG ? next[input.name] : value] as const;
    });
    onChange(Object.fromEntries(values.filter(([, value]) => value !== undefined)));
  };
  return (
    <div className="mr-InputsForm">
      {inputs.map(input => {
        const wrong = valueOf(input, texts[input.name]) === WRONG;
        const id = `mr-input-${input.name}`;
        return (
          <div key={input.name} className="mr-InputsForm-row">
            <label htmlFor={id}>
              {input.title || input.name}
              {input.required && <span className="mr-InputsForm-required"> {trans.__('(required)')}</span>}
            </label>
            <Field id={id} input={input} text={texts[input.name]} onChange={text => change(input.name, text)} />
            {wrong && (
              <span role="alert" className="mr-InputsForm-wrong">
                {trans.__('This is no value of type %1.', input.type ?? 'text')}
              </span>
            )}
          </div>
        );
      })}
    </div>
  );
}

const WRONG = Symbol('wrong');

function valueOf(input: FlowInput, text: string): unknown {
  try {
    return inputValue(input, text);
  } catch {
    return WRONG;
  }
}

interface IFieldProps {
  id: string;
  input: FlowInput;
  text: string;
  onChange: (text: string) => void;
}

function Field({ id, input, text, onChange }: IFieldProps): JSX.Element {
  if (input.type === 'boolean' || input.type === 'choice') {
    const choices = input.type === 'boolean' ? ['true', 'false'] : (input.choices ?? []);
    return (
      <select id={id} className="jp-mod-styled" value={text} onChange={event => onChange(event.target.value)}>
        {!choices.includes(text) && <option value={text}>{text}</option>}
        {choices.map(choice => (
          <option key={choice}>{choice}</option>
        ))}
      </select>
    );
  }
  if (input.type === 'json') {
    return <textarea id={id} rows={3} value={text} onChange={event => onChange(event.target.value)} />;
  }
  return (
    <input
      id={id}
      className="jp-mod-styled"
      type={input.type === 'date' ? 'date' : 'text'}
      inputMode={input.type === 'integer' ? 'numeric' : input.type === 'number' ? 'decimal' : undefined}
      value={text}
      onChange={event => onChange(event.target.value)}
    />
  );
}
