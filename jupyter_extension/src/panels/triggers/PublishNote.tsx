import { Button } from '@jupyterlab/ui-components';
import { useState } from 'react';

import { type Schemas } from '../../api/client';
import { ProblemNote } from '../../parts/ProblemNote';
import { usePanel } from '../context';
import { TextBox } from '../parts/TextBox';
import { useAction } from '../useAction';

interface IPublishNoteProps {
  flow: Schemas['FlowShown'];
  environment: string;
  /** Whether a revision is active already. */
  published: boolean;
  done: () => void;
}

/** Triggers run what is published: publishes the flow's file as it is now. */
export function PublishNote({ flow, environment, published, done }: IPublishNoteProps): JSX.Element {
  const { client, trans } = usePanel();
  const [note, setNote] = useState('');
  const [told, setTold] = useState('');
  const { busy, error, act } = useAction();
  const publish = () =>
    act(async () => {
      const body = { path: flow.path, environment, note, new_id: false };
      const made = await client.publish(body);
      setTold(
        made.new
          ? trans.__('Revision %1 is published and active.', made.revision.number)
          : trans.__('Nothing has changed since revision %1.', made.revision.number)
      );
      setNote('');
      done();
    });
  return (
    <div className="mr-Note" role="group" aria-label={trans.__('Publish')}>
      <p>
        {published
          ? trans.__('Publish the file as it is now, and let triggers run that.')
          : trans.__('This flow is not published yet, and triggers run what is published.')}
      </p>
      <div className="mr-Buttons">
        <TextBox
          aria-label={trans.__('What is new')}
          placeholder={trans.__('What is new (a note)')}
          value={note}
          enter={setNote}
        />
        <Button small type="button" disabled={busy} className={published ? '' : 'jp-mod-accept'} onClick={publish}>
          {trans.__('Publish')}
        </Button>
      </div>
      <p role="status">{told}</p>
      <ProblemNote trans={trans} error={error} />
    </div>
  );
}
