import { Dialog, ReactWidget, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { FlowInput } from '../../model/flow';
import { InputsForm } from './InputsForm';

type Values = Readonly<Record<string, unknown>>;

/** Asks for the values of a flow's inputs; null if the person does not want to run it. */
export async function askInputs(
  inputs: readonly FlowInput[],
  given: Values,
  trans: TranslationBundle
): Promise<Values | null> {
  const { button, value } = await showDialog({
    title: trans.__('Run with inputs'),
    body: new Body(inputs, given, trans),
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Run') })]
  });
  return button.accept ? value : null;
}

class Body extends ReactWidget implements Dialog.IBodyWidget<Values | null> {
  constructor(
    private readonly inputs: readonly FlowInput[],
    private values: Values,
    private readonly trans: TranslationBundle
  ) {
    super();
  }

  getValue(): Values {
    return this.values;
  }

  protected render(): JSX.Element {
    return (
      <InputsForm
        inputs={this.inputs}
        given={this.values}
        trans={this.trans}
        onChange={values => (this.values = values)}
      />
    );
  }
}
