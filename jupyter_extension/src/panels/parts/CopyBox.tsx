import { Clipboard } from '@jupyterlab/apputils';
import { Button } from '@jupyterlab/ui-components';
import { useState } from 'react';

import { usePanel } from '../context';

/** A text that is to be copied, such as an address. */
export function CopyBox({ text, label }: { text: string; label: string }): JSX.Element {
  const { trans } = usePanel();
  const [copied, setCopied] = useState(false);
  const copy = () => {
    Clipboard.copyToSystem(text);
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  };
  return (
    <div className="mr-CopyBox">
      <input className="jp-mod-styled mr-TextBox" readOnly value={text} aria-label={label} />
      <Button small onClick={copy}>
        {copied ? trans.__('Copied') : trans.__('Copy')}
      </Button>
    </div>
  );
}
