import type { Widget } from '@lumino/widgets';

import { Canvas } from './canvas/Canvas';
import type { IEditor } from './context';
import { DataPane } from './data/DataPane';
import { Palette } from './palette/Palette';
import { Pane } from './pane';
import { PaneSplit } from './paneSplit';
import type { PaneName } from './session';
import { SettingsPane } from './settings/SettingsPane';

/** The editor's window: palette, canvas, settings; below them the data. Loaded only when a flow opens. */
export function buildEditor(editor: IEditor): Widget {
  const palette = new Pane(editor, <Palette />, 'Palette');
  const canvas = new Pane(editor, <Canvas />, 'Canvas');
  const settings = new Pane(editor, <SettingsPane />, 'Settings');
  const data = new Pane(editor, <DataPane />, 'Data');
  const top = new PaneSplit({
    orientation: 'horizontal',
    panes: [palette, canvas, settings],
    sizes: [1, 4, 1.7],
    main: canvas
  });
  top.addClass('mr-Editor-top');
  const all = new PaneSplit({ orientation: 'vertical', panes: [top, data], sizes: [1.6, 1], main: top });
  all.addClass('mr-Editor');
  const show = (hidden: readonly PaneName[]) => {
    top.setShown(palette, !hidden.includes('palette'));
    top.setShown(settings, !hidden.includes('settings'));
    all.setShown(data, !hidden.includes('data'));
  };
  all.disposed.connect(
    editor.store.subscribe(({ hidden }, before) => {
      if (hidden !== before.hidden) {
        show(hidden);
      }
    })
  );
  return all;
}
