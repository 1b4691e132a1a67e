import { useEditor, useSession } from '../context';

/** What a dragged component carries. */
export const COMPONENT_TYPE = 'application/x-millrace-component';

export function Palette(): JSX.Element {
  const { trans } = useEditor();
  const components = useSession(state => state.components);
  return (
    <nav aria-label={trans.__('Components')}>
      {components?.map(component => (
        <div
          key={component.id}
          className="mr-Palette-item"
          draggable
          onDragStart={event => event.dataTransfer.setData(COMPONENT_TYPE, component.id)}
        >
          {component.name}
        </div>
      ))}
    </nav>
  );
}
