import { useEditor } from '../context';

/** What can be done with several nodes at once. */
export function SeveralSelected({ ids }: { ids: readonly string[] }): JSX.Element {
  const { document, store, trans } = useEditor();
  const remove = () => {
    document.removeNodes(ids);
    store.setState({ selection: [] });
  };
  return (
    <>
      <h2 className="mr-Settings-title">{trans._n('%1 node selected', '%1 nodes selected', ids.length)}</h2>
      <p className="mr-Quiet">
        {trans.__('Drag them on the canvas to move them together, or copy, align and arrange them there.')}
      </p>
      <button type="button" className="jp-mod-styled jp-mod-warn" onClick={remove}>
        {trans.__('Delete all')}
      </button>
    </>
  );
}
