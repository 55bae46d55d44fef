import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';
import { ILauncher } from '@jupyterlab/launcher';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { IStateDB } from '@jupyterlab/statedb';

import type { IScanQuery } from '../scan/query';
import type { ScanWidget } from '../scan/widget';
import { CommandIDs, IDesk, IScanTracker } from '../tokens';
import { deskIcon } from '../ui/icons';

const ID = 'nightdesk-lab:scan';

/** The Scan panel: opened from the launcher and the palette, restored where it was. */
export const scanPlugin: JupyterFrontEndPlugin<IScanTracker> = {
  id: ID,
  description: 'Adds the Scan panel with the candidates of tonight.',
  autoStart: true,
  provides: IScanTracker,
  requires: [IDesk],
  optional: [ICommandPalette, ILauncher, ILayoutRestorer, ISettingRegistry, IStateDB],
  activate: (
    app: JupyterFrontEnd,
    desk: IDesk,
    palette: ICommandPalette | null,
    launcher: ILauncher | null,
    restorer: ILayoutRestorer | null,
    registry: ISettingRegistry | null,
    states: IStateDB | null
  ): IScanTracker => {
    const { commands, shell } = app;
    const { trans } = desk;
    const tracker = new WidgetTracker<MainAreaWidget<ScanWidget>>({ namespace: 'nightdesk-scan' });

    const lastQuery = async (): Promise<Partial<IScanQuery>> => {
      const settings = await registry?.load(ID).catch(() => null);
      const wanted = settings?.composite as { hours?: number; minScore?: number } | undefined;
      const last = await states?.fetch(ID).catch(() => null);
      return {
        ...(wanted?.minScore !== undefined && { minScore: wanted.minScore }),
        ...(wanted?.hours !== undefined && { hours: wanted.hours || null }),
        ...(last as Partial<IScanQuery> | null | undefined)
      };
    };

    commands.addCommand(CommandIDs.scan, {
      label: args => (args['isLauncher'] ? trans.__('Scan') : trans.__('Scan Candidates')),
      caption: trans.__('Look at the candidates of tonight'),
      icon: deskIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            isLauncher: { type: 'boolean', description: trans.__('Whether the launcher shows the command') },
            activate: { type: 'boolean', description: trans.__('Whether the panel takes the focus') }
          }
        }
      },
      execute: async args => {
        const [{ ScanWidget }, query] = await Promise.all([import('../scan/widget'), lastQuery()]);
        // nothing is awaited from here on, so that there is never a second panel
        let panel = tracker.find(() => true);
        if (!panel) {
          const content = new ScanWidget(desk, query, (id, survey) => {
            void commands.execute(CommandIDs.source, { obj_id: id, survey });
          });
          let saved = content.model.state.query;
          content.model.changed.connect(model => {
            if (model.state.query !== saved) {
              saved = model.state.query;
              void states?.save(ID, { ...saved });
            }
          });
          panel = new MainAreaWidget({ content });
          panel.id = 'nightdesk-scan';
          panel.title.label = trans.__('Scan');
          panel.title.caption = trans.__('Candidates of tonight');
          panel.title.icon = deskIcon;
          panel.toolbar.hide();
          void tracker.add(panel);
        }
        if (!panel.isAttached) {
          shell.add(panel, 'main', { activate: false });
        }
        if (args['activate'] !== false) {
          shell.activateById(panel.id);
        }
        return panel;
      }
    });

    if (restorer) {
      void restorer.restore(tracker, {
        command: CommandIDs.scan,
        args: () => ({ activate: false }),
        name: () => 'nightdesk-scan'
      });
    }
    palette?.addItem({ command: CommandIDs.scan, category: trans.__('Nightdesk') });
    launcher?.add({ command: CommandIDs.scan, args: { isLauncher: true }, category: trans.__('Nightdesk'), rank: 0 });
    return tracker;
  }
};
