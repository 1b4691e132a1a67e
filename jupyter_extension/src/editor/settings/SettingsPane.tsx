import { useEditor, useFlow, useSession } from '../context';
import { FlowSettings } from './FlowSettings';
import { NodeSettings } from './NodeSettings';
import { SeveralSelected } from './SeveralSelected';

/** The settings of what is selected; of the flow itself where nothing is. */
export function SettingsPane(): JSX.Element {
  const { document, trans } = useEditor();
  const flow = useFlow();
  const selection = useSession(state => state.selection);
  const selected = flow.nodes.filter(node => selection.includes(node.id));

  // One history for the whole flow: a field's own would undo beside it.
  const onKeyDown = (event: React.KeyboardEvent) => {
    const key = event.key.toLowerCase();
    if (!event.defaultPrevented && (event.ctrlKey || event.metaKey) && !event.altKey && (key === 'z' || key === 'y')) {
      event.preventDefault();
      event.stopPropagation();
      void (key === 'y' || event.shiftKey ? document.redo() : document.undo());
    }
  };

  return (
    <section className="mr-Settings-content" aria-label={trans.__('Settings')} onKeyDown={onKeyDown}>
      {selected.length === 0 && <FlowSettings />}
      {selected.length === 1 && <NodeSettings key={selected[0].id + selected[0].type} node={selected[0]} />}
      {selected.length > 1 && <SeveralSelected ids={selected.map(node => node.id)} />}
    </section>
  );
}
