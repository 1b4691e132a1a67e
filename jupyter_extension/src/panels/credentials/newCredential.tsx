import { Dialog } from '@jupyterlab/apputils';

import { PanelWidget } from '../widget';
import type { PanelParts } from '../context';
import { CredentialForm } from './CredentialForm';

/** In which Enter sends the form, and does not press the dialog's own button. */
class FormDialog extends Dialog<unknown> {
  handleEvent(event: Event): void {
    const inside = event.target instanceof Element && event.target.closest('form') !== null;
    if (!(inside && event instanceof KeyboardEvent && event.key === 'Enter')) {
      super.handleEvent(event);
    }
  }
}

/** Asks for a new credential. Its name; null if nobody wants one. */
export async function newCredential(
  parts: PanelParts,
  { type, environment }: { type?: string; environment?: string }
): Promise<string | null> {
  let made: string | null = null;
  const end = () => dialog.reject();
  const body = new PanelWidget(
    parts,
    <CredentialForm
      credential={null}
      type={type}
      environment={environment}
      done={credential => {
        made = credential.name;
        end();
      }}
      cancel={end}
    />
  );
  body.addClass('mr-CredentialDialog');
  const dialog = new FormDialog({ body, buttons: [], hasClose: true });
  await dialog.launch();
  return made;
}
