import { useEditor } from '../context';
import { useServiceTrouble } from '../useServiceTrouble';

/** While no components are known: that they come, or that they do not. The data pane says why not. */
export function NoComponents(): JSX.Element {
  const { commands, trans } = useEditor();
  if (!useServiceTrouble()) {
    return (
      <p className="mr-Palette-note" role="status">
        {trans.__('Waiting for the Millrace service to list its components…')}
      </p>
    );
  }
  return (
    <p className="mr-Palette-note mr-mod-trouble">
      {trans.__('The service cannot be reached.')}{' '}
      <button type="button" className="mr-Link" onClick={() => void commands.execute('millrace:start-service')}>
        {trans.__('Try again')}
      </button>
    </p>
  );
}
