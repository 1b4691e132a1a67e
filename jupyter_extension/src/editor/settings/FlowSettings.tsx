import { useCallback, useMemo } from 'react';

import type { IFormSchema } from '../../model/form';
import type { FlowProblem } from '../../model/settings';
import { useEditor, useFlow, useSession } from '../context';
import { InputsEditor } from './InputsEditor';
import { ProblemList } from './ProblemList';
import { SettingsForm } from './SettingsForm';

const NONE: readonly never[] = [];
const NO_PROBLEMS: ReadonlyMap<string, readonly FlowProblem[]> = new Map();

/** The flow's own settings, while no node is selected. */
export function FlowSettings(): JSX.Element {
  const { document, trans } = useEditor();
  const flow = useFlow();
  const checked = useSession(state => state.checked);
  const { first, last } = useSchemas();
  const { name, description, kernel, files } = flow;
  const about = useMemo(() => defined({ name, description }), [name, description]);
  const running = useMemo(() => defined({ kernel, files }), [kernel, files]);
  const set = useCallback((field: string, value: unknown) => document.setField(field, value), [document]);
  const problems = (checked?.problems ?? NONE).filter(one => !one.node);
  return (
    <>
      <h2 className="mr-Settings-title">{trans.__('Flow')}</h2>
      <p className="mr-Quiet">{trans.__('Select a node to see its settings.')}</p>
      <ProblemList problems={problems.filter(one => !one.field.startsWith('input:'))} />
      <SettingsForm node="" schema={first} values={about} problems={NO_PROBLEMS} inputs={NONE} set={set} />
      <InputsEditor problems={problems.filter(one => one.field.startsWith('input:'))} />
      <SettingsForm node="" schema={last} values={running} problems={NO_PROBLEMS} inputs={NONE} set={set} />
    </>
  );
}

function defined(values: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}

function useSchemas(): { first: IFormSchema; last: IFormSchema } {
  const { trans } = useEditor();
  return useMemo(() => {
    const text = (title: string, description: string): IFormSchema => ({
      type: 'string',
      default: '',
      title,
      description
    });
    const files: IFormSchema = {
      type: 'array',
      items: { type: 'string' },
      title: trans.__('Files'),
      description: trans.__('Data that runs carry along, such as data/*.csv. Python files and notebooks come anyway.')
    };
    return {
      first: {
        properties: {
          name: text(trans.__('Name'), ''),
          description: { ...text(trans.__('Description'), ''), 'x-millrace': { widget: 'code', language: 'text' } }
        }
      },
      last: {
        properties: {
          kernel: text(
            trans.__('Kernel'),
            trans.__("Where code runs: a kernel's name, or the folder of an environment. Empty: python3.")
          ),
          files
        }
      }
    };
  }, [trans]);
}
