import { useEditor } from '../context';

/** That the service cannot be reached, what can be done all the same, and why. */
export function NoService({ why }: { why: string }): JSX.Element {
  const { commands, trans } = useEditor();
  return (
    <div className="mr-Note mr-mod-error" role="alert">
      <p>{trans.__('The Millrace service cannot be reached. You can edit and save this flow, but not run it.')}</p>
      <p>{why}</p>
      <button type="button" className="mr-Button" onClick={() => void commands.execute('millrace:start-service')}>
        {trans.__('Try again')}
      </button>
    </div>
  );
}
