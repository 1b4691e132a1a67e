import { useCallback, useEffect, useId, useMemo } from 'react';

import type { FlowProblem } from '../../../model/settings';
import { useEditor, useFlow, useSession } from '../../context';
import { ProblemList } from '../ProblemList';
import { CodeBox } from './CodeBox';
import { SharedSource } from './sharedSource';

const FIRST = ['def run(table: Table) -> Table:', '    return table'];

/** The code of a code node. Its signature is the node's ports and settings. */
export function SourceEditor({ node, problems }: { node: string; problems: readonly FlowProblem[] }): JSX.Element {
  const { document, store, trans } = useEditor();
  useFlow(); // undo may put another text in the place of this one
  const source = document.sourceOf(node);
  const text = useMemo(() => (source ? new SharedSource(document, source) : null), [document, source]);
  useEffect(() => () => text?.dispose(), [text]);
  const asked = useSession(({ codeLine }) => (codeLine?.node === node ? codeLine : null));
  const onShown = useCallback(() => store.setState({ codeLine: null }), [store]);
  const id = useId();

  if (!text) {
    return (
      <button
        type="button"
        className="jp-mod-styled"
        onClick={() => document.together(() => document.updateNode(node, { source: FIRST }))}
      >
        {trans.__('Write code')}
      </button>
    );
  }
  return (
    <section className="mr-Source">
      <h3 id={`${id}-label`} className="mr-Section-title">
        {trans.__('Code')}
      </h3>
      <CodeBox {...{ id, text, problems, onShown }} language="python" isSource line={asked?.line ?? null} />
      <ProblemList id={`${id}-problems`} problems={problems} />
      <p id={`${id}-help`} className="mr-Field-help">
        {trans.__(
          'What stands before the * are inputs, what stands behind it are settings. Tab completes, Shift+Tab shows how a call is made.'
        )}
      </p>
    </section>
  );
}
