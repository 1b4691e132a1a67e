import { Notification } from '@jupyterlab/apputils';

import type { IRunView } from '../../model/run';
import type { IEditor } from '../context';
import { runningOf } from './running';

/** Milliseconds; without any, JupyterLab would only count it at the bell. */
const READING_TIME = 8000;

/** Says that a run has ended, where nobody looks at its flow. Returns what ends it. */
export function notifyOfEnds(editor: IEditor, isSeen: () => boolean): () => void {
  const { ended } = runningOf(editor);
  const tell = (_: unknown, run: IRunView) => {
    if (!isSeen()) {
      notify(editor, run);
    }
  };
  ended.connect(tell);
  return () => void ended.disconnect(tell);
}

function notify({ trans, commands, path }: IEditor, { state, run }: IRunView): void {
  const show = {
    label: trans.__('Show'),
    callback: () => void commands.execute('docmanager:open', { path: path() })
  };
  if (state === 'failed') {
    const reason = run.failure?.message ?? '';
    Notification.error(trans.__('%1 has failed. %2', run.flow, reason), { actions: [show], autoClose: false });
  } else if (state === 'cancelled') {
    Notification.info(trans.__('%1 was stopped.', run.flow), { actions: [show], autoClose: READING_TIME });
  } else {
    Notification.success(trans.__('%1 has succeeded.', run.flow), { actions: [show], autoClose: READING_TIME });
  }
}
