import { useCallback, useMemo } from 'react';

import { CODE, type Execution, type Node, NOTEBOOK } from '../../model/flow';
import type { IFormSchema } from '../../model/form';
import type { FlowProblem } from '../../model/settings';
import { useEditor } from '../context';
import { SettingsForm } from './SettingsForm';
import { useExecutionSchema } from './useExecutionSchema';

const NONE: readonly never[] = [];

/** How a node's steps are executed. Closed while all is as usual. */
export function ExecutionSection({ node, problems }: { node: Node; problems: readonly FlowProblem[] }): JSX.Element {
  const { document, trans } = useEditor();
  const schema = useExecutionSchema(node.type === CODE || node.type === NOTEBOOK);
  const values = useMemo(() => node.execution ?? {}, [node.execution]);
  const set = useCallback(
    (name: string, value: unknown) => {
      const all = { ...document.node(node.id)?.execution, [name]: value };
      const next = Object.fromEntries(Object.entries(all).filter(([, one]) => one !== undefined)) as Execution;
      document.updateNode(node.id, { execution: Object.keys(next).length ? next : undefined });
    },
    [document, node.id]
  );
  const byField = useMemo(() => grouped(problems), [problems]);
  const used = Object.keys(values).length > 0;
  return (
    <details className="mr-Section" open={used || problems.length > 0 || undefined}>
      <summary className="mr-Section-title">{trans.__('Execution')}</summary>
      <SettingsForm
        node={node.id}
        schema={schema as IFormSchema}
        values={values}
        problems={byField}
        inputs={NONE}
        set={set}
      />
    </details>
  );
}

/** `execution.retry.times` is the problem of the field `retry`, there `retry.times`. */
function grouped(problems: readonly FlowProblem[]): ReadonlyMap<string, readonly FlowProblem[]> {
  const inner = problems.map(one => ({ ...one, field: one.field.replace(/^execution\./, '') }));
  const top = (problem: FlowProblem) => problem.field.split('.')[0];
  return new Map(inner.map(one => [top(one), inner.filter(other => top(other) === top(one))]));
}
