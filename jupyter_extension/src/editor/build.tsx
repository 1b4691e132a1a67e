import { SplitPanel, type Widget } from '@lumino/widgets';

import type { IEditor } from './context';
import { Canvas } from './canvas/Canvas';
import { DataPane } from './data/DataPane';
import { Palette } from './palette/Palette';
import { Pane } from './pane';
import { SettingsPane } from './settings/SettingsPane';

/** The editor's window: palette, canvas, settings; below them the data. Loaded only when a flow opens. */
export function buildEditor(editor: IEditor): Widget {
  const top = new SplitPanel({ orientation: 'horizontal', spacing: 1 });
  top.addWidget(new Pane(editor, <Palette />, 'Palette'));
  top.addWidget(new Pane(editor, <Canvas />, 'Canvas'));
  top.addWidget(new Pane(editor, <SettingsPane />, 'Settings'));
  top.setRelativeSizes([1, 4, 1.7]);
  const all = new SplitPanel({ orientation: 'vertical', spacing: 1 });
  all.addWidget(top);
  all.addWidget(new Pane(editor, <DataPane />, 'Data'));
  all.setRelativeSizes([2.2, 1]);
  all.addClass('mr-Editor');
  return all;
}
