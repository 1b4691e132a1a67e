import { useCallback, useState } from 'react';

import { answer, ApiError } from '../../api/client';
import type { IFormSchema } from '../../model/form';
import { columnsAt } from '../../model/settings';
import { projectFolder } from '../checking';
import { useEditor, useFlow, useSession } from '../context';
import type { IOption } from './Combobox';
import { pathOf, useField } from './field';

const LONGEST = 5000;

export interface IOffers {
  options: readonly IOption[];
  remark?: string;
  /** Asks for what is only known when it is asked for. */
  onOpen?: () => void;
}

/** What a text field offers: columns, what its component answers, or examples. */
export function useOffers(id: string, schema: IFormSchema): IOffers {
  const columns = useColumns(schema);
  const asked = useAsked(id);
  switch (schema['x-millrace']?.widget) {
    case 'column':
    case 'columns':
      return columns;
    case 'options':
      return asked;
    default:
      return { options: examplesOf(schema).map(value => ({ value })) };
  }
}

function examplesOf(schema: IFormSchema): string[] {
  const examples = schema.examples ?? schema.anyOf?.flatMap(one => one.examples ?? []) ?? [];
  return examples.filter(one => typeof one === 'string');
}

function useColumns(schema: IFormSchema): IOffers {
  const { trans } = useEditor();
  const { node } = useField();
  const flow = useFlow();
  const checked = useSession(state => state.checked);
  const run = useSession(state => state.run);
  const { columns, fromRun } = columnsAt(flow, node, schema['x-millrace'], checked, run);
  const options = columns.map(({ name, type }) => ({ value: name, note: type }));
  if (fromRun) {
    return { options, remark: trans.__('From the last run') };
  }
  return options.length ? { options } : { options, remark: trans.__('No columns are known here. Type a name.') };
}

/** The component is asked whenever the list opens: the answer may depend on other settings, and on data. */
function useAsked(id: string): IOffers {
  const { client, document, lab, path, trans } = useEditor();
  const scope = useField();
  const [offers, setOffers] = useState<IOffers>({ options: [] });
  const field = pathOf(scope, id);
  const onOpen = useCallback(async () => {
    const type = document.node(scope.node)?.type ?? '';
    setOffers({ options: [], remark: trans.__('Asking…') });
    try {
      const body = { field, params: scope.settings(), directory: await projectFolder(lab, path()) };
      const call = client.routes.POST('/components/{component_id}/options', {
        params: { path: { component_id: type } },
        body,
        signal: AbortSignal.timeout(LONGEST)
      });
      const { items } = await answer(call);
      setOffers({
        options: items.map(value => ({ value })),
        remark: items.length ? undefined : trans.__('Nothing is offered.')
      });
    } catch (error) {
      const words = error instanceof ApiError ? `${error.message} ${error.cure}` : trans.__('There was no answer.');
      setOffers({ options: [], remark: trans.__('%1 Type a value.', words.trim()) });
    }
  }, [client, document, lab, path, trans, scope, field]);
  return { ...offers, onOpen: () => void onOpen() };
}
