import { ReactWidget } from '@jupyterlab/apputils';
import type { Widget } from '@lumino/widgets';

import { EditorContext, type IEditor } from '../context';
import { RevisionStatus } from './RevisionStatus';
import { RunStatus } from './RunStatus';

const ITEMS = { status: RunStatus, revision: RevisionStatus };
export type ItemName = keyof typeof ITEMS;

/** What stands in the toolbar of an open flow. */
export function toolbarItem(editor: IEditor, name: ItemName): Widget {
  const Item = ITEMS[name];
  return ReactWidget.create(
    <EditorContext.Provider value={editor}>
      <Item />
    </EditorContext.Provider>
  );
}
