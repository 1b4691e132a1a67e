import { FormComponent } from '@jupyterlab/ui-components';
import type { ReadonlyJSONObject } from '@lumino/coreutils';
import type { RegistryFieldsType, RJSFSchema, TemplatesType } from '@rjsf/utils';
import { customizeValidator } from '@rjsf/validator-ajv8';
import { memo, useId, useMemo } from 'react';

import { formField, type IFormSchema, isSame, withoutDefaults } from '../../model/form';
import type { JsonObject } from '../../model/schema';
import { type FlowProblem, inputOf } from '../../model/settings';
import { useEditor } from '../context';
import { ChoiceField } from './editors/ChoiceField';
import { CodeField } from './editors/CodeField';
import { CredentialField } from './editors/CredentialField';
import { DayField } from './editors/DayField';
import { FileField } from './editors/FileField';
import { JsonField } from './editors/JsonField';
import { ListField } from './editors/ListField';
import { PairsField } from './editors/PairsField';
import { ScalarField } from './editors/ScalarField';
import { TickField } from './editors/TickField';
import { WordsField } from './editors/WordsField';
import { FieldScope, type IFieldScope } from './field';
import { FieldFrame } from './FieldFrame';
import { FieldTemplate } from './FieldTemplate';
import { FieldToolbox, FieldTools } from './FieldTools';
import { ListTemplate } from './ListTemplate';
import { ObjectTemplate } from './ObjectTemplate';

const validator = customizeValidator<ReadonlyJSONObject>();
const templates = {
  FieldTemplate,
  ArrayFieldTemplate: ListTemplate,
  ObjectFieldTemplate: ObjectTemplate
} as Partial<TemplatesType<ReadonlyJSONObject>>;
const fields = {
  choice: ChoiceField,
  code: CodeField,
  credential: CredentialField,
  day: DayField,
  file: FileField,
  json: JsonField,
  list: ListField,
  pairs: PairsField,
  scalar: ScalarField,
  tick: TickField,
  words: WordsField
} as unknown as RegistryFieldsType<ReadonlyJSONObject>;

export interface IField {
  node: string;
  name: string;
  schema: IFormSchema;
  /** The whole form's schema, for its definitions. */
  root: IFormSchema;
  value: unknown;
  problems: readonly FlowProblem[];
  /** The flow's inputs, where the field may take one. */
  inputs: readonly string[];
  settings: () => JsonObject;
  set: (name: string, value: unknown) => void;
}

/** One setting, a form of its own: typing in it draws no other. */
export const Field = memo(function Field(props: IField): JSX.Element {
  const { node, name, schema: raw, root, value, problems, inputs, settings, set } = props;
  const { document } = useEditor();
  const prefix = `${useId()}${name}`;
  const field = useMemo(() => formField(raw, root), [raw, root]);
  const required = root.required?.includes(name) ?? false;
  const scope: IFieldScope = useMemo(
    () => ({ node, name, prefix, required, problems, settings }),
    [node, name, prefix, required, problems, settings]
  );
  const input = inputOf(value);
  const toolbox = {
    // A text that is empty by default is cleared by hand.
    changed: value !== undefined && input === null && !required && field.schema.default !== '',
    reset: () => document.together(() => set(name, undefined)),
    input,
    inputs,
    takeInput: (chosen: string | null) => document.together(() => set(name, chosen ? { $input: chosen } : undefined))
  };

  // rjsf fills in defaults and tells of them; only what a person changed goes into the file.
  const onChange = (data: unknown) => {
    const next = withoutDefaults(data, field.schema);
    if (!isSame(next, withoutDefaults(value, field.schema)) && !(value === undefined && isEmpty(next))) {
      set(name, next);
    }
  };

  return (
    <FieldScope.Provider value={scope}>
      <FieldToolbox.Provider value={toolbox}>
        <div className="mr-Field-outer" onBlur={() => document.undoManager.stopCapturing()}>
          {input === null ? (
            <FormComponent
              schema={field.schema as RJSFSchema}
              uiSchema={field.ui}
              formData={value as ReadonlyJSONObject}
              validator={validator}
              fields={fields}
              templates={templates}
              tagName="div"
              idPrefix={prefix}
              idSeparator="."
              noValidate
              showErrorList={false}
              onChange={event => onChange(event.formData)}
            />
          ) : (
            <FieldFrame
              id={prefix}
              title={field.schema.title ?? name}
              help={field.schema.description}
              shape="group"
              tools={<FieldTools />}
            >
              <span className="mr-Field-input">{input}</span>
            </FieldFrame>
          )}
        </div>
      </FieldToolbox.Provider>
    </FieldScope.Provider>
  );
});

function isEmpty(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.keys(value).length === 0;
}
