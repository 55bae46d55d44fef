import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette, InputDialog, MainAreaWidget, WidgetTracker } from '@jupyterlab/apputils';

import type { SourceWidget } from '../source/widget';
import { CommandIDs, IDesk } from '../tokens';
import { deskIcon } from '../ui/icons';

/** The source page: one document per object, restored where it was. */
export const sourcePlugin: JupyterFrontEndPlugin<void> = {
  id: 'nightdesk-lab:source',
  description: 'Adds the source page: all that is known about one object.',
  autoStart: true,
  requires: [IDesk],
  optional: [ICommandPalette, ILayoutRestorer],
  activate: (
    app: JupyterFrontEnd,
    desk: IDesk,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null
  ): void => {
    const { commands, shell } = app;
    const { trans } = desk;
    const tracker = new WidgetTracker<MainAreaWidget<SourceWidget>>({ namespace: 'nightdesk-source' });

    commands.addCommand(CommandIDs.source, {
      label: trans.__('Open Source Page…'),
      caption: trans.__('Open the page of one object by its id'),
      icon: deskIcon,
      describedBy: {
        args: {
          type: 'object',
          properties: {
            obj_id: { type: 'string', description: trans.__('Id of the object; asked for if it is not given') },
            survey: { type: 'string', description: trans.__('Survey that named it, such as ZTF or LSST') },
            activate: { type: 'boolean', description: trans.__('Whether the page takes the focus') }
          }
        }
      },
      execute: async args => {
        let id = typeof args['obj_id'] === 'string' ? args['obj_id'].trim() : '';
        if (!id) {
          const asked = await InputDialog.getText({
            title: trans.__('Open source page'),
            label: trans.__('Object id'),
            placeholder: trans.__('such as ZTF24abcdefg')
          });
          id = asked.value?.trim() ?? '';
          if (!id) {
            return null;
          }
        }
        const { SourceWidget } = await import('../source/widget');
        // nothing is awaited from here on, so that an object never has two pages
        let page = tracker.find(widget => widget.content.objId === id);
        if (!page) {
          const insert = commands.hasCommand(CommandIDs.insertSource)
            ? () => void commands.execute(CommandIDs.insertSource, { obj_id: id })
            : null;
          const survey = typeof args['survey'] === 'string' ? args['survey'] : '';
          page = new MainAreaWidget({ content: new SourceWidget(desk, id, survey, insert) });
          page.id = `nightdesk-source-${id}`;
          page.title.label = id;
          page.title.caption = trans.__('Source %1', id);
          page.title.icon = deskIcon;
          page.toolbar.hide();
          void tracker.add(page);
        }
        if (!page.isAttached) {
          shell.add(page, 'main', { activate: false });
        }
        if (args['activate'] !== false) {
          shell.activateById(page.id);
        }
        return page;
      }
    });

    if (restorer) {
      void restorer.restore(tracker, {
        command: CommandIDs.source,
        args: ({ content }) => ({ obj_id: content.objId, survey: content.model.state.survey, activate: false }),
        name: ({ content }) => content.objId
      });
    }
    palette?.addItem({ command: CommandIDs.source, category: trans.__('Nightdesk') });
  }
};
