import type { Schemas } from '../../api/client';
import { usePanel } from '../context';

/** Why a run or a step failed, where, and what to do. */
export function FailureNote({ failure }: { failure: Schemas['FailureShown'] }): JSX.Element {
  const { trans } = usePanel();
  const where = [
    failure.node && trans.__('Node %1', failure.node),
    failure.item !== null && trans.__('item %1', failure.item),
    failure.line !== null && trans.__('line %1', failure.line)
  ].filter(Boolean);
  return (
    <div className="mr-Note mr-mod-error">
      <p className="mr-Note-where">{[...where, failure.code].join(', ')}</p>
      <p>{failure.message}</p>
      {failure.cure && <p className="mr-Note-cure">{failure.cure}</p>}
    </div>
  );
}
