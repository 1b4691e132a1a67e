import { useEffect, useRef, useState } from 'react';
import { useStore } from 'zustand';

import { titleOf } from '../../model/cards';
import type { IRunView } from '../../model/run';
import { StateMark } from '../../parts/StateMark';
import { ProblemNote } from '../../parts/ProblemNote';
import { useCards } from '../canvas/useCards';
import { useEditor, useFlow, useSession } from '../context';
import { repeatRun } from '../running/actions';
import { followCommandStates } from '../running/commandStates';
import { notifyOfEnds } from '../running/notify';
import { runningOf } from '../running/running';
import { useServiceTrouble } from '../useServiceTrouble';
import { NodeData } from './NodeData';
import { NoService } from './NoService';
import { RunChoice } from './RunChoice';

/** Below the canvas: what the selected node had, made and said in the shown run. */
export function DataPane(): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const running = runningOf(editor);
  const run = useSession(state => state.run);
  const trouble = useStore(running.store, state => state.trouble);
  const down = useServiceTrouble();
  const root = useRef<HTMLElement>(null);
  useEffect(() => {
    void running.open();
    const ends = [followCommandStates(editor), notifyOfEnds(editor, () => isSeen(root.current))];
    return () => {
      ends.forEach(end => end());
      running.close();
    };
  }, [editor, running]);
  return (
    <section ref={root} className="mr-DataPane" aria-label={trans.__('Data')}>
      {down && (
        <div className="mr-DataPane-trouble">
          <NoService why={down} />
        </div>
      )}
      {Boolean(trouble) && !down && (
        <div className="mr-DataPane-trouble">
          <ProblemNote trans={trans} error={trouble} />
          <button
            type="button"
            className="mr-Close"
            aria-label={trans.__('Close the message')}
            onClick={() => running.forget()}
          >
            ×
          </button>
        </div>
      )}
      {run ? (
        <RunData run={run} />
      ) : (
        <p className="mr-Empty">{trans.__('Run the flow to see what its nodes make. “Run” is at the top.')}</p>
      )}
    </section>
  );
}

function RunData({ run }: { run: IRunView }): JSX.Element {
  const editor = useEditor();
  const { trans, store, view } = editor;
  const flow = useFlow();
  const selection = useSession(state => state.selection);
  const [tab, setTab] = useState('output');
  const node = selection.length === 1 ? flow.nodes.find(({ id }) => id === selection[0]) : undefined;
  const card = useCards().get(node?.id ?? '');
  const failed = Object.entries(run.steps).find(([, step]) => step.state === 'failed' || step.state === 'unknown');
  const select = (id: string) => {
    store.setState({ selection: [id] });
    view.current?.reveal(id);
  };
  return (
    <>
      <header className="mr-DataPane-head">
        {card && <h3>{titleOf(card)}</h3>}
        {node && run.steps[node.id] && <StateMark trans={trans} state={run.steps[node.id].state} />}
        {run.run.failure && !node && <span className="mr-DataPane-failure">{run.run.failure.message}</span>}
        {failed && failed[0] !== node?.id && (
          <button type="button" className="mr-Button" onClick={() => select(failed[0])}>
            {trans.__('Go to the failed node')}
          </button>
        )}
        <span className="mr-DataBar-space" />
        <RunChoice run={run} />
      </header>
      {run.run.forgotten && (
        <p className="mr-DataPane-note" role="status">
          {trans.__('The values, logs and notebooks of this run are kept no longer. Run the flow again to see them.')}{' '}
          <button type="button" className="mr-Button" onClick={() => void repeatRun(editor)}>
            {trans.__('Run again')}
          </button>
        </p>
      )}
      {node ? (
        <NodeData key={node.id} run={run} node={node.id} shown={tab} onShow={setTab} />
      ) : (
        <p className="mr-Empty">
          {selection.length > 1
            ? trans.__('Select one node alone to see its data.')
            : trans.__('Select a node to see its data in this run.')}
        </p>
      )}
    </>
  );
}

function isSeen(node: HTMLElement | null): boolean {
  return document.visibilityState === 'visible' && (node?.checkVisibility() ?? false);
}
