import { usePanel } from '../context';

/** Leads to a run in the list of runs. */
export function RunLink({ run }: { run: string }): JSX.Element {
  const { trans, commands } = usePanel();
  return (
    <button
      type="button"
      className="mr-Link mr-RunLink"
      title={trans.__('Show the run %1', run)}
      onClick={event => {
        event.stopPropagation();
        void commands.execute('millrace:open-runs', { run });
      }}
    >
      {trans.__('Run %1', run.slice(0, 8))}
    </button>
  );
}
