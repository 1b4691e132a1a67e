import { useSyncExternalStore } from 'react';

import { useEditor } from '../context';

/** While no components are known: that they come, or why not and what to do. */
export function NoComponents(): JSX.Element {
  const { commands, stream, trans } = useEditor();
  const trouble = useSyncExternalStore(
    told => {
      stream.serviceChanged.connect(told);
      return () => void stream.serviceChanged.disconnect(told);
    },
    () => stream.trouble
  );
  if (!trouble) {
    return (
      <p className="mr-Palette-note" role="status">
        {trans.__('Waiting for the Millrace service to list its components…')}
      </p>
    );
  }
  return (
    <div className="mr-Palette-note mr-mod-trouble" role="alert">
      <p>{trans.__('The Millrace service cannot be reached. You can edit and save this flow, but not run it.')}</p>
      <p>{trouble}</p>
      <button type="button" className="jp-mod-styled" onClick={() => void commands.execute('millrace:start-service')}>
        {trans.__('Try again')}
      </button>
    </div>
  );
}
