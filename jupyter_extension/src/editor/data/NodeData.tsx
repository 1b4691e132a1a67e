import { inputsOf, outputsOf } from '../../model/portValues';
import type { IRunView } from '../../model/run';
import { type ITab, Tabs } from '../../parts/Tabs';
import { useEditor, useFlow } from '../context';
import { DetailsTab } from './DetailsTab';
import { FailureView } from './FailureView';
import { InputTab } from './InputTab';
import { LogTab } from './LogTab';
import { NotebookTab } from './NotebookTab';
import { OutputTab } from './OutputTab';
import { useAttempts } from './useAttempts';

interface IProps {
  run: IRunView;
  node: string;
  shown: string;
  onShow: (tab: string) => void;
}

/** What a node had, made and said in a run. */
export function NodeData({ run, node, shown, onShow }: IProps): JSX.Element {
  const { trans } = useEditor();
  const flow = useFlow();
  const attempts = useAttempts(run, node);
  const step = run.steps[node];
  const count = (values: readonly unknown[]) => (values.length > 1 ? String(values.length) : undefined);
  const tabs: ITab[] = [
    { id: 'output', title: trans.__('Output'), mark: count(outputsOf(run, node)) },
    { id: 'input', title: trans.__('Input'), mark: count(inputsOf(run, flow, node)) },
    { id: 'log', title: trans.__('Log') },
    { id: 'notebook', title: trans.__('Notebook') },
    { id: 'details', title: trans.__('Details') }
  ];
  return (
    <>
      {step?.failure && <FailureView failure={step.failure} node={node} live={run.live} />}
      <Tabs tabs={tabs} shown={shown} label={trans.__('Data of the node')} onShow={onShow}>
        {tab()}
      </Tabs>
    </>
  );

  function tab(): JSX.Element {
    if (run.run.forgotten && shown !== 'details') {
      return <p className="mr-Empty">{trans.__('This is kept no longer.')}</p>;
    }
    switch (shown) {
      case 'input':
        return <InputTab run={run} node={node} />;
      case 'log':
        return <LogTab run={run} node={node} attempts={attempts} />;
      case 'notebook':
        return <NotebookTab run={run} node={node} />;
      case 'details':
        return <DetailsTab run={run} node={node} attempts={attempts} />;
      default:
        return <OutputTab run={run} node={node} />;
    }
  }
}
