import { type FormEvent, useState } from 'react';

import { answer, ApiError, type Client, type Schemas } from '../../api/client';
import { inputValues } from '../../model/flowInput';
import { type CronSettings, filled, newCron, newWebhook, type WebhookSettings } from '../../model/trigger';
import { usePanel, usePanelView } from '../context';
import { Choice } from '../parts/Choice';
import { Field } from '../parts/Field';
import { FormEnd } from '../parts/FormEnd';
import { TextBox } from '../parts/TextBox';
import { useAction } from '../useAction';
import { useFlows } from '../useFlows';
import { CronFields } from './CronFields';
import { InputFields } from './InputFields';
import { OutlivesNote } from './OutlivesNote';
import { PublishNote } from './PublishNote';
import { useInputs } from './useInputs';
import { useRevisions } from './useRevisions';
import { WebhookFields } from './WebhookFields';

interface ITriggerFormProps {
  kind: 'cron' | 'webhook';
  /** The one to be changed; null for a new one. */
  trigger: Schemas['TriggerShown'] | null;
  done: (trigger: Schemas['TriggerShown']) => void;
  cancel: () => void;
  /** Somebody else has changed the trigger meanwhile. */
  stale?: (error: unknown) => void;
}

interface IDraft {
  flow_id: string;
  name: string;
  environment: string;
  settings: CronSettings | WebhookSettings;
}

export function TriggerForm({ kind, trigger, done, cancel, stale }: ITriggerFormProps): JSX.Element {
  const { client, trans } = usePanel();
  const flow = usePanelView(view => view.flow);
  const [draft, setDraft] = useState<IDraft>(() => draftOf(kind, trigger, flow));
  const set = (part: Partial<IDraft>) => setDraft(known => ({ ...known, ...part }));
  const flows = useFlows();
  const revisions = useRevisions(draft.flow_id);
  const active = revisions.value?.find(one => one.active_in.includes(draft.environment));
  const inputs = useInputs(active);
  const { busy, error, act } = useAction();
  const chosen = flows.value?.find(one => one.flow_id === draft.flow_id);
  const { settings } = draft;

  const save = (event: FormEvent) => {
    event.preventDefault();
    void act(async () => {
      const whole = { ...settings, inputs: filled(inputValues(inputs, settings.inputs ?? {})) };
      try {
        done(await saved(client, trigger, { ...draft, settings: whole as IDraft['settings'] }));
      } catch (failed) {
        if (failed instanceof ApiError && failed.problem.status === 412) {
          stale?.(failed);
        }
        throw failed;
      }
    });
  };
  return (
    <form className="mr-PanelForm" onSubmit={save}>
      <h2>{titleOf(kind, trigger, trans)}</h2>
      {!trigger && <OutlivesNote />}
      <div className="mr-PanelForm-row">
        <Field label={trans.__('Flow')} name="flow_id" error={error} required>
          {(id, about) => (
            <Choice
              id={id}
              about={about}
              required
              disabled={trigger !== null}
              value={draft.flow_id}
              options={[
                ['', trans.__('Choose a flow')],
                ...(flows.value ?? []).map(one => [one.flow_id, one.name] as const)
              ]}
              choose={flow_id => set({ flow_id })}
            />
          )}
        </Field>
        <Field label={trans.__('Name')} name="name" error={error} required>
          {(id, about) => (
            <TextBox id={id} about={about} required maxLength={200} value={draft.name} enter={name => set({ name })} />
          )}
        </Field>
        <Field label={trans.__('Environment')} name="environment" error={error}>
          {(id, about) => (
            <TextBox
              id={id}
              about={about}
              disabled={trigger !== null}
              value={draft.environment}
              enter={environment => set({ environment })}
            />
          )}
        </Field>
      </div>
      {chosen && revisions.value && !active && (
        <PublishNote flow={chosen} environment={draft.environment} published={false} done={revisions.reload} />
      )}
      {flows.value?.length === 0 && (
        <div className="mr-Note">
          <p>{trans.__('No flow is known to the service yet. Run one first; then it is listed here.')}</p>
        </div>
      )}
      {kind === 'cron' ? (
        <CronFields settings={settings as CronSettings} error={error} change={changed => set({ settings: changed })} />
      ) : (
        <WebhookFields
          settings={settings as WebhookSettings}
          environment={draft.environment}
          error={error}
          change={changed => set({ settings: changed })}
        />
      )}
      <InputFields
        inputs={inputs}
        values={settings.inputs ?? {}}
        mapping={kind === 'webhook' ? ((settings as WebhookSettings).mapping ?? {}) : null}
        error={error}
        change={(values, mapping) =>
          set({
            settings: { ...settings, inputs: values, ...(kind === 'webhook' ? { mapping } : {}) } as IDraft['settings']
          })
        }
      />
      <FormEnd
        submit={trigger ? trans.__('Save') : trans.__('Add trigger')}
        disabled={busy}
        error={error}
        cancel={cancel}
      />
    </form>
  );
}

function titleOf(
  kind: string,
  trigger: Schemas['TriggerShown'] | null,
  trans: ReturnType<typeof usePanel>['trans']
): string {
  if (trigger) {
    return trans.__('Change %1', trigger.name);
  }
  return kind === 'cron' ? trans.__('New schedule') : trans.__('New webhook');
}

function draftOf(kind: string, trigger: Schemas['TriggerShown'] | null, flow_id: string): IDraft {
  if (trigger) {
    const { flow_id, name, environment } = trigger;
    return { flow_id, name, environment, settings: trigger.settings as unknown as IDraft['settings'] };
  }
  return { flow_id, name: '', environment: 'default', settings: kind === 'cron' ? newCron() : newWebhook() };
}

/** A change is taken only if nobody else has changed the trigger since. */
async function saved(
  client: Client,
  trigger: Schemas['TriggerShown'] | null,
  { flow_id, name, environment, settings }: IDraft
): Promise<Schemas['TriggerShown']> {
  if (!trigger) {
    return answer(client.routes.POST('/triggers', { body: { flow_id, name, environment, settings } }));
  }
  const params = { path: { trigger_id: trigger.trigger_id }, header: { 'If-Match': `"${trigger.version}"` } };
  return answer(client.routes.PUT('/triggers/{trigger_id}', { params, body: { name, settings } }));
}
