import type { ICell, INotebookContent, IOutput } from '@jupyterlab/nbformat';
import { useMemo } from 'react';

import { answer } from '../../api/client';
import type { IRunView } from '../../model/run';
import { ProblemNote } from '../../parts/ProblemNote';
import { useLoaded } from '../../parts/useLoaded';
import { useEditor } from '../context';
import { openAsNotebook } from '../running/actions';
import { MimeOutput } from './MimeOutput';
import { shortOutput } from './shortOutput';

/** Characters of what a cell has printed. */
const MOST_TEXT = 100_000;

/** The notebook that a step has run as, with its outputs. */
export function NotebookTab({ run, node }: { run: IRunView; node: string }): JSX.Element {
  const editor = useEditor();
  const { trans, client } = editor;
  const step = run.steps[node];
  const { value, error, reload } = useLoaded(async () => {
    const params = { path: { run_id: run.runId, step: node } };
    const call = client.routes.GET('/runs/{run_id}/steps/{step}/notebook', { params });
    return (await answer(call)) as unknown as INotebookContent;
  }, [run.runId, node, step?.attempt, step?.state]);
  return (
    <div className="mr-NotebookTab">
      <div className="mr-DataBar">
        <span className="mr-Quiet">{trans.__('What was run, with its outputs. It cannot be changed here.')}</span>
        <span className="mr-DataBar-space" />
        <button type="button" className="mr-Button" onClick={() => void openAsNotebook(editor, node)}>
          {trans.__('Open as notebook')}
        </button>
      </div>
      <ProblemNote trans={trans} error={error} retry={reload} />
      {!value && !error && <p className="mr-Empty">{trans.__('Reading the notebook…')}</p>}
      {value && (
        <div className="mr-NotebookTab-cells" tabIndex={0} role="region" aria-label={trans.__('Executed notebook')}>
          {value.cells.map((cell, at) => (
            <Cell key={at} cell={cell} />
          ))}
        </div>
      )}
    </div>
  );
}

function Cell({ cell }: { cell: ICell }): JSX.Element {
  const { trans } = useEditor();
  const source = Array.isArray(cell.source) ? cell.source.join('') : cell.source;
  const rest = trans.__('… The rest is in the log.');
  const outputs = useMemo(
    () => ((cell.outputs ?? []) as IOutput[]).map(output => shortOutput(output, MOST_TEXT, rest)),
    [cell, rest]
  );
  return (
    <div className="mr-NotebookTab-cell" data-kind={cell.cell_type}>
      <pre className="mr-NotebookTab-source">{source}</pre>
      {outputs.map((output, at) => (
        <MimeOutput key={at} output={output} />
      ))}
    </div>
  );
}
