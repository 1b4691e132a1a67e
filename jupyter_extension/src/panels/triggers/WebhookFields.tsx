import type { WebhookSettings } from '../../model/trigger';
import { usePanel } from '../context';
import { Field } from '../parts/Field';
import { TextBox } from '../parts/TextBox';
import { MethodFields } from './MethodFields';

interface IWebhookFieldsProps {
  settings: WebhookSettings;
  environment: string;
  error: unknown;
  change: (settings: WebhookSettings) => void;
}

/** Where a flow is called, by whom, and what callers may do. */
export function WebhookFields({ settings, environment, error, change }: IWebhookFieldsProps): JSX.Element {
  const { trans } = usePanel();
  const set = (part: Partial<WebhookSettings>) => change({ ...settings, ...part });
  const limits = [
    ['respond_seconds', trans.__("Wait for the flow's answer (seconds)"), 0],
    ['rate', trans.__('Deliveries a minute, at most'), 600],
    ['queue', trans.__('Runs that wait, at most'), 1000],
    ['max_bytes', trans.__('Bytes of a body, at most'), 10_000_000]
  ] as const;
  return (
    <>
      <fieldset>
        <legend>{trans.__('Who may call')}</legend>
        <MethodFields
          methods={settings.methods}
          environment={environment}
          error={error}
          change={methods => set({ methods })}
        />
      </fieldset>
      <fieldset>
        <legend>{trans.__('Where')}</legend>
        <Field
          label={trans.__('Path')}
          name="path"
          error={error}
          help={trans.__('What stands behind /hooks/, such as shop/orders. Empty for one that nobody guesses.')}
        >
          {(id, about) => <TextBox id={id} about={about} value={settings.path ?? ''} enter={path => set({ path })} />}
        </Field>
        <details>
          <summary>{trans.__('Answer and limits')}</summary>
          <div className="mr-PanelForm-row">
            {limits.map(([name, label, usual]) => (
              <Field key={name} label={label} name={name} error={error}>
                {(id, about) => (
                  <TextBox
                    id={id}
                    about={about}
                    type="number"
                    min={0}
                    value={settings[name] ?? usual}
                    enter={text => set({ [name]: Number(text) })}
                  />
                )}
              </Field>
            ))}
          </div>
        </details>
      </fieldset>
    </>
  );
}
