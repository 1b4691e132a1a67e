import { Dialog, showDialog } from '@jupyterlab/apputils';
import { Button } from '@jupyterlab/ui-components';
import { useState } from 'react';

import { answer, type Schemas } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { usePanel } from '../context';
import { TextBox } from '../parts/TextBox';
import { useAction } from '../useAction';

interface ITriggerButtonsProps {
  trigger: Schemas['TriggerShown'];
  edit: () => void;
  changed: () => void;
  deleted: () => void;
}

/** What can be done with a trigger. */
export function TriggerButtons({ trigger, edit, changed, deleted }: ITriggerButtonsProps): JSX.Element {
  const { client, trans, commands } = usePanel();
  const [asking, setAsking] = useState(false);
  const [why, setWhy] = useState('');
  const { busy, error, act } = useAction();
  const params = { path: { trigger_id: trigger.trigger_id } };

  const pause = () =>
    act(async () => {
      await answer(client.routes.POST('/triggers/{trigger_id}/pause', { params, body: { why } }));
      setAsking(false);
      changed();
    });
  const resume = () =>
    act(async () => {
      await answer(client.routes.POST('/triggers/{trigger_id}/resume', { params }));
      changed();
    });
  const fire = () =>
    act(async () => {
      const made = await answer(client.routes.POST('/triggers/{trigger_id}/fire', { params }));
      void commands.execute('millrace:open-runs', { run: made.run_id });
    });
  const remove = () =>
    act(async () => {
      const title = trans.__('Delete the trigger %1?', trigger.name);
      const body = trans.__('Its runs and their history stay.');
      const buttons = [Dialog.cancelButton(), Dialog.warnButton({ label: trans.__('Delete') })];
      if ((await showDialog({ title, body, buttons })).button.accept) {
        const header = { 'If-Match': `"${trigger.version}"` };
        await answer(client.routes.DELETE('/triggers/{trigger_id}', { params: { ...params, header } }));
        deleted();
      }
    });
  const paused = trigger.paused !== null;
  return (
    <>
      <div className="mr-Buttons">
        {trigger.kind === 'cron' && (
          <Button small disabled={busy} onClick={fire}>
            {trans.__('Run now')}
          </Button>
        )}
        {paused ? (
          <Button small className="jp-mod-accept" disabled={busy} onClick={resume}>
            {trans.__('Resume')}
          </Button>
        ) : (
          <Button small disabled={busy} aria-expanded={asking} onClick={() => setAsking(!asking)}>
            {trans.__('Pause…')}
          </Button>
        )}
        <Button small disabled={busy} onClick={edit}>
          {trans.__('Edit')}
        </Button>
        <Button small className="jp-mod-warn" disabled={busy} onClick={remove}>
          {trans.__('Delete')}
        </Button>
      </div>
      {asking && !paused && (
        <div className="mr-Buttons">
          <TextBox
            aria-label={trans.__('Why')}
            placeholder={trans.__('Why (others see it)')}
            value={why}
            enter={setWhy}
          />
          <Button small className="jp-mod-accept" disabled={busy} onClick={pause}>
            {trans.__('Pause')}
          </Button>
        </div>
      )}
      <ProblemNote trans={trans} error={error} />
    </>
  );
}
