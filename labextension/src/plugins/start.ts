import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

import { CommandIDs, IScanTracker } from '../tokens';

/** Opens the Scan panel when Lab starts, unless the settings say no. */
export const startPlugin: JupyterFrontEndPlugin<void> = {
  id: 'nightdesk-lab:start',
  description: 'Opens the Scan panel when JupyterLab starts.',
  autoStart: true,
  requires: [IScanTracker],
  optional: [ISettingRegistry],
  activate: (app: JupyterFrontEnd, tracker: IScanTracker, registry: ISettingRegistry | null): void => {
    void app.restored.then(async () => {
      const settings = await registry?.load('nightdesk-lab:scan').catch(() => null);
      if (settings?.composite['openOnStart'] !== false && tracker.size === 0) {
        await app.commands.execute(CommandIDs.scan);
      }
    });
  }
};
