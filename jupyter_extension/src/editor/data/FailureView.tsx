import type { Failure } from '../../model/run';
import { CODE } from '../../model/flow';
import { useEditor, useFlow } from '../context';
import { openAsNotebook, retryRun } from '../running/actions';
import { showCode } from '../settings/showCode';

interface IProps {
  failure: Failure;
  /** The step that failed. */
  node: string;
  /** The run goes on, and will try again itself or not. */
  live: boolean;
}

/** What a step's failure says: what happened, where, what to do about it, and the ways to do it. */
export function FailureView({ failure, node, live }: IProps): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const flow = useFlow();
  const isCode = flow.nodes.some(({ id, type }) => id === node && type === CODE);
  return (
    <section className="mr-Failure" aria-label={trans.__('Failure')}>
      <div className="mr-Failure-text">
        <p className="mr-Failure-message" role="alert">
          {failure.message}
          {failure.line !== null && <span className="mr-Failure-line">{trans.__('line %1', failure.line)}</span>}
        </p>
        {failure.cure && <p className="mr-Failure-cure">{failure.cure}</p>}
      </div>
      <div className="mr-Failure-actions">
        {isCode && (
          <button type="button" className="mr-Button" onClick={() => showCode(editor, node, failure.line ?? 1)}>
            {trans.__('Show in the code')}
          </button>
        )}
        <button type="button" className="mr-Button" onClick={() => void openAsNotebook(editor, node)}>
          {trans.__('Open as notebook')}
        </button>
        <button
          type="button"
          className="mr-Button mr-mod-main"
          disabled={live}
          onClick={() => void retryRun(editor, node)}
        >
          {trans.__('Retry from here')}
        </button>
      </div>
    </section>
  );
}
