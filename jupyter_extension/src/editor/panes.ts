import { canvasOf } from './canvas/state';
import type { IEditor } from './context';
import type { PaneName } from './session';

export function isShown({ store }: IEditor, pane: PaneName): boolean {
  return !store.getState().hidden.includes(pane);
}

export function showPane({ store }: IEditor, pane: PaneName, shown = true): void {
  store.setState(({ hidden }) => ({
    hidden: shown ? hidden.filter(one => one !== pane) : [...new Set([...hidden, pane])]
  }));
}

/** Shows or hides a pane; the keyboard goes to the canvas where it was in what is hidden. */
export function togglePane(editor: IEditor, pane: PaneName): void {
  const before = document.activeElement;
  showPane(editor, pane, !isShown(editor, pane));
  if (before instanceof HTMLElement && before !== document.body && !before.checkVisibility()) {
    canvasOf(editor).surface?.focus();
  }
}
