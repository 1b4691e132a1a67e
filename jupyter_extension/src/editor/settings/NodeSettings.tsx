import { useCallback, useMemo, useRef } from 'react';

import { CODE, type Node, NOTEBOOK } from '../../model/flow';
import type { IFormSchema } from '../../model/form';
import { type Checked, type Manifest, problemsByField, settingsSchema } from '../../model/settings';
import { useEditor, useFlow, useSession } from '../context';
import { SourceEditor } from './code/SourceEditor';
import { ExecutionSection } from './ExecutionSection';
import { NodeHead } from './NodeHead';
import { NotebookPath } from './NotebookPath';
import { ProblemList } from './ProblemList';
import { SettingsForm } from './SettingsForm';

const NONE: readonly never[] = [];
const EMPTY = {};

/** Everything about one node. */
export function NodeSettings({ node }: { node: Node }): JSX.Element {
  const { document, trans } = useEditor();
  const flow = useFlow();
  const components = useSession(state => state.components);
  const checked = useSession(state => state.checked);
  const schema = useSchema(node, components, checked);
  const values = node.params ?? EMPTY;
  const fields = [...Object.keys(schema?.properties ?? {}), ...Object.keys(values), 'source', 'path', 'execution'];
  const key = fields.join(' ');
  // eslint-disable-next-line react-hooks/exhaustive-deps -- the names, not the list of this drawing
  const problems = useMemo(() => problemsByField(checked, node.id, fields), [checked, node.id, key]);
  const inputs = useMemo(() => (flow.inputs ?? []).map(one => one.name), [flow.inputs]);
  const set = useCallback(
    (name: string, value: unknown) => document.setParam(node.id, name, value),
    [document, node.id]
  );

  return (
    <>
      <NodeHead node={node} manifest={components?.find(one => one.id === node.type)} />
      <ProblemList problems={problems.get('') ?? NONE} />
      {node.type === CODE && <SourceEditor node={node.id} problems={problems.get('source') ?? NONE} />}
      {node.type === NOTEBOOK && <NotebookPath node={node} problems={problems.get('path') ?? NONE} />}
      {schema ? (
        <SettingsForm node={node.id} schema={schema} values={values} problems={problems} inputs={inputs} set={set} />
      ) : (
        <UnknownForm node={node} waiting={components === null} />
      )}
      {schema && !Object.keys(schema.properties ?? {}).length && node.type !== CODE && (
        <p className="mr-Quiet">{trans.__('There is nothing to set here.')}</p>
      )}
      <ExecutionSection node={node} problems={problems.get('execution') ?? NONE} />
    </>
  );
}

/** The form; that of before while the code cannot be read, so that nothing jumps about while somebody types. */
function useSchema(node: Node, components: readonly Manifest[] | null, checked: Checked | null): IFormSchema | null {
  const schema = useMemo(() => settingsSchema(node, components, checked), [node, components, checked]);
  const last = useRef(schema);
  const unreadable = checked?.problems.some(one => one.node === node.id && one.code === 'syntax') ?? false;
  if (!unreadable) {
    last.current = schema;
  }
  return last.current;
}

/** Settings that nobody knows the form of are shown as they are. */
function UnknownForm({ node, waiting }: { node: Node; waiting: boolean }): JSX.Element {
  const { trans } = useEditor();
  if (waiting) {
    return <p className="mr-Quiet">{trans.__('Waiting for the Millrace service…')}</p>;
  }
  return <pre className="mr-Field-raw">{JSON.stringify(node.params ?? {}, null, 2)}</pre>;
}
