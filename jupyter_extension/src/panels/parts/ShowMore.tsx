import { Button } from '@jupyterlab/ui-components';

import { ProblemNote } from '../../parts/ProblemNote';
import { usePanel } from '../context';

interface IShowMoreProps {
  /** Loads the next page; null at the end. */
  more: (() => void) | null;
  /** Why it was not loaded. */
  error?: unknown;
}

/** Below a list that goes on. */
export function ShowMore({ more, error }: IShowMoreProps): JSX.Element {
  const { trans } = usePanel();
  return (
    <>
      <ProblemNote trans={trans} error={error} />
      {more && (
        <div className="mr-More">
          <Button small onClick={more}>
            {trans.__('Show more')}
          </Button>
        </div>
      )}
    </>
  );
}
