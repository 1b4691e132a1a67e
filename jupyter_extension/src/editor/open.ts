import type { Widget } from '@lumino/widgets';

import { answer } from '../api/client';
import { buildEditor } from './build';
import type { IEditor } from './context';
import { newStore } from './session';

/** An editor with a session of its own. */
export function openEditor(parts: Omit<IEditor, 'store' | 'view'>): { editor: IEditor; widget: Widget } {
  const editor: IEditor = { ...parts, store: newStore(), view: { current: null } };
  const widget = buildEditor(editor);
  void loadComponents(editor);
  return { editor, widget };
}

async function loadComponents({ client, store }: IEditor): Promise<void> {
  const { items } = await answer(client.routes.GET('/components'));
  store.setState({ components: items });
}
