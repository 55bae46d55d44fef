import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { showErrorMessage } from '@jupyterlab/apputils';
import { INotebookTracker, NotebookActions } from '@jupyterlab/notebook';

import { CommandIDs, IDesk } from '../tokens';

const KERNEL = 'nightdesk';

/** From a page to a kernel: one cell that has the object. */
export const insertPlugin: JupyterFrontEndPlugin<void> = {
  id: 'nightdesk-lab:insert',
  description: 'Puts the object of a source page into the active notebook as code.',
  autoStart: true,
  requires: [IDesk],
  optional: [INotebookTracker],
  activate: (app: JupyterFrontEnd, desk: IDesk, notebooks: INotebookTracker | null): void => {
    if (!notebooks) {
      return;
    }
    const { trans } = desk;
    app.commands.addCommand(CommandIDs.insertSource, {
      label: trans.__('Insert Source in Notebook'),
      caption: trans.__('Add a cell with this source to the notebook that was used last'),
      describedBy: {
        args: {
          type: 'object',
          required: ['obj_id'],
          properties: { obj_id: { type: 'string', description: trans.__('Id of the object') } }
        }
      },
      execute: async args => {
        const id = String(args['obj_id']);
        let panel = notebooks.currentWidget;
        if (!panel) {
          const { kernelspecs } = app.serviceManager;
          await kernelspecs.ready;
          // the kernel that has the library loaded, if it is installed
          const kernelName = kernelspecs.specs?.kernelspecs[KERNEL] ? KERNEL : kernelspecs.specs?.default;
          panel = await app.commands.execute('notebook:create-new', { activate: true, kernelName });
          await panel?.context.ready;
        }
        if (!panel?.model) {
          await showErrorMessage(trans.__('No notebook'), trans.__('Open a notebook first, then insert again.'));
          return;
        }
        const code = `import nightdesk\n\nsource = nightdesk.source(${JSON.stringify(id)})\nsource`;
        const active = panel.content.activeCell?.model;
        if (active?.type !== 'code' || active.sharedModel.getSource().trim()) {
          NotebookActions.insertBelow(panel.content);
        }
        panel.content.activeCell?.model.sharedModel.setSource(code);
        app.shell.activateById(panel.id);
      }
    });
  }
};
