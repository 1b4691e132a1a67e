import { Dialog, InputDialog, Notification, showDialog, showErrorMessage } from '@jupyterlab/apputils';

import { ApiError, problemOf } from '../../api/client';
import { newFlowId } from '../../model/flow';
import type { IEditor } from '../context';
import { publishedOf } from './published';

/** Publishes the flow: saves it, asks for a note, and says what has come of it. */
export async function publishFlow(editor: IEditor, save: () => Promise<void>): Promise<void> {
  const { trans } = editor;
  const { button, value } = await InputDialog.getText({
    title: trans.__('Publish the flow'),
    label: trans.__('Schedules and webhooks run the published version from then on. What has changed?'),
    placeholder: trans.__('A note for others and for later'),
    okLabel: trans.__('Publish')
  });
  if (!button.accept) {
    return;
  }
  try {
    await save();
    await publishAs(editor, value ?? '', save);
  } catch (error) {
    const { message, cure } = problemOf(error);
    await showErrorMessage(trans.__('The flow is not published'), `${message} ${cure}`.trim());
  }
}

async function publishAs(editor: IEditor, note: string, save: () => Promise<void>): Promise<void> {
  const { trans } = editor;
  try {
    const done = await publishedOf(editor).publish(note);
    const { number } = done.revision;
    const text = done.new
      ? trans.__('Published as revision %1.', number)
      : trans.__('Revision %1 is the same.', number);
    const warnings = done.warnings.map(({ message }) => String(message));
    Notification.emit([text, ...warnings].join(' '), warnings.length ? 'warning' : 'success', { autoClose: 5000 });
  } catch (error) {
    if (!isCopy(error) || !(await shallBeOwn(editor, error as ApiError))) {
      throw error;
    }
    // Only the open editor writes the file, so the service is not asked to do it.
    editor.document.setField('id', newFlowId());
    await save();
    await publishAs(editor, note, save);
  }
}

/** A copied file has the id of the flow that it was copied from; only the cure tells that from other mistakes. */
function isCopy(error: unknown): boolean {
  return error instanceof ApiError && error.cure.includes('--new-id');
}

async function shallBeOwn({ trans }: IEditor, error: ApiError): Promise<boolean> {
  const { button } = await showDialog({
    title: trans.__('Is this a flow of its own?'),
    body: error.message,
    buttons: [Dialog.cancelButton(), Dialog.okButton({ label: trans.__('Publish as a new flow') })]
  });
  return button.accept;
}
