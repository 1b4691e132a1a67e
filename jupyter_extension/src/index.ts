import { document } from './plugins/document';
import { service } from './plugins/service';

export default [service, document];
