import type { ITrouble } from '../running/trouble';

/** What did not work, and what to do about it. */
export function TroubleView({ trouble }: { trouble: ITrouble }): JSX.Element {
  return (
    <div className="mr-Trouble" role="alert">
      <p>{trouble.message}</p>
      {trouble.cure && <p className="mr-Trouble-cure">{trouble.cure}</p>}
    </div>
  );
}
