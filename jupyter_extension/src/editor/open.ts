import type { Widget } from '@lumino/widgets';

import { buildEditor } from './build';
import { startChecking } from './checking';
import { loadComponents } from './components';
import type { IEditor } from './context';
import { newStore } from './session';

/** An editor with a session of its own. */
export function openEditor(parts: Omit<IEditor, 'store' | 'view'>): { editor: IEditor; widget: Widget } {
  const editor: IEditor = { ...parts, store: newStore(), view: { current: null } };
  const widget = buildEditor(editor);
  widget.disposed.connect(startChecking(editor));
  widget.disposed.connect(loadComponents(editor));
  return { editor, widget };
}
