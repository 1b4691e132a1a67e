import { Button } from '@jupyterlab/ui-components';

import { ApiError } from '../../api/client';
import { usePanel } from '../context';

/** What went wrong, and what to do about it. */
export function ProblemNote({ error, retry }: { error: unknown; retry?: () => void }): JSX.Element | null {
  const { trans } = usePanel();
  if (!error) {
    return null;
  }
  const message = error instanceof Error ? error.message : String(error);
  const cure = error instanceof ApiError ? error.cure : '';
  return (
    <div className="mr-Note mr-mod-error" role="alert">
      <p>{message}</p>
      {cure && <p className="mr-Note-cure">{cure}</p>}
      {retry && (
        <Button small onClick={retry}>
          {trans.__('Try again')}
        </Button>
      )}
    </div>
  );
}
