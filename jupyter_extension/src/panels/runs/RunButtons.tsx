import { Clipboard } from '@jupyterlab/apputils';
import { Button } from '@jupyterlab/ui-components';
import { useState } from 'react';

import type { Schemas } from '../../api/client';
import { isLive } from '../../model/run';
import { usePanel, usePanelView } from '../context';
import { linkTo } from './linkTo';

interface IRunButtonsProps {
  run: Schemas['RunDetail'];
  busy: boolean;
  cancel: () => void;
  retry: (body: { fresh?: boolean }) => void;
}

/** What can be done with a run. */
export function RunButtons({ run, busy, cancel, retry }: IRunButtonsProps): JSX.Element {
  const { trans, commands } = usePanel();
  const step = usePanelView(view => view.step);
  const [copied, setCopied] = useState(false);
  const copy = () => {
    Clipboard.copyToSystem(linkTo(run.run_id, step ?? (run.failure?.node || undefined)));
    setCopied(true);
  };
  const ended = !isLive(run.state);
  return (
    <div className="mr-Buttons">
      {!ended && (
        <Button small className="jp-mod-warn" disabled={busy || run.cancel_requested} onClick={cancel}>
          {run.cancel_requested ? trans.__('Stopping…') : trans.__('Stop')}
        </Button>
      )}
      {ended && run.state !== 'succeeded' && (
        <Button small className="jp-mod-accept" disabled={busy} onClick={() => retry({})}>
          {run.failure?.node ? trans.__('Retry from the failed step') : trans.__('Retry what is missing')}
        </Button>
      )}
      {ended && (
        <Button small disabled={busy} onClick={() => retry({ fresh: true })}>
          {trans.__('Run again from the start')}
        </Button>
      )}
      <Button small onClick={() => void commands.execute('millrace:open-run', { run: run.run_id, step: step ?? '' })}>
        {trans.__('Open the flow')}
      </Button>
      <Button small onClick={copy}>
        {copied ? trans.__('Link copied') : trans.__('Copy link')}
      </Button>
    </div>
  );
}
