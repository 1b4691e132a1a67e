import { folderIcon } from '@jupyterlab/ui-components';
import { PathExt } from '@jupyterlab/coreutils';
import { useId } from 'react';

import type { Node } from '../../model/flow';
import type { FlowProblem } from '../../model/settings';
import { useEditor } from '../context';
import { useFileChoice } from './editors/FileField';
import { IconButton } from './IconButton';
import { ProblemList } from './ProblemList';
import { useDraft } from './useDraft';

/** Which notebook a node runs. */
export function NotebookPath({ node, problems }: { node: Node; problems: readonly FlowProblem[] }): JSX.Element {
  const { commands, document, path, trans } = useEditor();
  const id = useId();
  const choose = useFileChoice(['ipynb'], false);
  const set = (chosen: string) => document.updateNode(node.id, { path: chosen || undefined });
  const draft = useDraft(node.path ?? '', set);
  const pick = async () => {
    const chosen = await choose(draft.value);
    if (chosen !== null) {
      set(chosen);
    }
  };
  const open = () =>
    commands.execute('docmanager:open', { path: PathExt.join(PathExt.dirname(path()), node.path ?? '') });
  return (
    <div className="mr-Field">
      <div className="mr-Field-head">
        <label className="mr-Field-label" htmlFor={id}>
          {trans.__('Notebook')}
        </label>
      </div>
      <div id={`${id}-help`} className="mr-Field-help">
        {trans.__('Its cell tagged “parameters” is the form below.')}
      </div>
      <div className="mr-List-row">
        <input
          id={id}
          className="jp-mod-styled"
          aria-describedby={`${id}-help ${id}-problems`}
          placeholder="report.ipynb"
          value={draft.value}
          onChange={event => draft.type(event.target.value)}
          onBlur={draft.leave}
        />
        <IconButton icon={folderIcon} label={trans.__('Choose a notebook')} onClick={() => void pick()} />
      </div>
      <ProblemList id={`${id}-problems`} problems={problems} />
      {node.path && (
        <button type="button" className="mr-Link" onClick={() => void open()}>
          {trans.__('Open the notebook')}
        </button>
      )}
    </div>
  );
}
