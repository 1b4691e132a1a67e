import { document } from './plugins/document';
import { service } from './plugins/service';
import { settings } from './plugins/settings';

export default [service, document, settings];
