import { deskPlugin } from './plugins/desk';
import { insertPlugin } from './plugins/insert';
import { scanPlugin } from './plugins/scan';
import { scanCommandsPlugin } from './plugins/scanCommands';
import { sourcePlugin } from './plugins/source';
import { startPlugin } from './plugins/start';

export { IDesk, IScanTracker } from './tokens';

export default [deskPlugin, insertPlugin, scanPlugin, scanCommandsPlugin, sourcePlugin, startPlugin];
