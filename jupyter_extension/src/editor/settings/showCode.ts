import { canvasOf } from '../canvas/state';
import type { IEditor } from '../context';
import { showPane } from '../panes';

/** Selects a code node, and puts the cursor on a line of its code once the settings pane has drawn it. */
export function showCode(editor: IEditor, node: string, line: number): void {
  showPane(editor, 'settings');
  canvasOf(editor).surface?.show(node);
  editor.store.setState({ selection: [node], codeLine: { node, line } });
}
