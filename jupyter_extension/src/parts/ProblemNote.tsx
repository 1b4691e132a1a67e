import { Button } from '@jupyterlab/ui-components';
import type { TranslationBundle } from '@jupyterlab/translation';

import { problemOf } from '../api/client';

interface IProps {
  trans: TranslationBundle;
  /** Nothing is shown without one. */
  error: unknown;
  retry?: () => void;
}

/** What went wrong, and what to do about it. */
export function ProblemNote({ trans, error, retry }: IProps): JSX.Element | null {
  if (!error) {
    return null;
  }
  const { message, cure } = problemOf(error);
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
