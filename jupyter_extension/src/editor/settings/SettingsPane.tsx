import { useEditor, useSession } from '../context';

export function SettingsPane(): JSX.Element {
  const { trans } = useEditor();
  const selection = useSession(state => state.selection);
  return <p>{selection.length ? selection.join(', ') : trans.__('Select a node to see its settings.')}</p>;
}
