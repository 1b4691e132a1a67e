import { canvas } from './plugins/canvas';
import { canvasSearch } from './plugins/canvasSearch';
import { document } from './plugins/document';
import { launcher } from './plugins/launcher';
import { outline } from './plugins/outline';
import { panes } from './plugins/panes';
import { panels } from './plugins/panels';
import { readFiles } from './plugins/readFiles';
import { run } from './plugins/run';
import { service } from './plugins/service';
import { settings } from './plugins/settings';
import { status } from './plugins/status';

export default [
  ...[service, document, canvas, canvasSearch, readFiles, outline, settings],
  ...[run, panes, panels, launcher, status]
];
