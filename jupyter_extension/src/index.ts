import { document } from './plugins/document';
import { launcher } from './plugins/launcher';
import { panels } from './plugins/panels';
import { service } from './plugins/service';
import { settings } from './plugins/settings';
import { status } from './plugins/status';

export default [service, document, settings, panels, launcher, status];
