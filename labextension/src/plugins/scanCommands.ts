import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';

import type { ScanWidget } from '../scan/widget';
import { IDesk, IScanTracker } from '../tokens';

/** What the keys of the Scan panel do; the keys themselves are in the settings. */
export const scanCommandsPlugin: JupyterFrontEndPlugin<void> = {
  id: 'nightdesk-lab:scan-commands',
  description: 'Adds the commands that the keys of the Scan panel run.',
  autoStart: true,
  requires: [IDesk, IScanTracker],
  optional: [ICommandPalette],
  activate: (app: JupyterFrontEnd, desk: IDesk, tracker: IScanTracker, palette: ICommandPalette | null): void => {
    const { commands } = app;
    const { trans } = desk;
    const noArguments = { args: { type: 'object', properties: {} } } as const;
    const isEnabled = () => tracker.currentWidget !== null;
    const scan = (act: (widget: ScanWidget, current: string | null) => unknown) => () => {
      const widget = tracker.currentWidget?.content;
      return widget ? act(widget, widget.model.state.current) : undefined;
    };

    commands.addCommand('nightdesk:scan-next', {
      label: trans.__('Next Candidate'),
      describedBy: noArguments,
      isEnabled,
      execute: scan(widget => widget.model.move(1))
    });
    commands.addCommand('nightdesk:scan-previous', {
      label: trans.__('Previous Candidate'),
      describedBy: noArguments,
      isEnabled,
      execute: scan(widget => widget.model.move(-1))
    });
    commands.addCommand('nightdesk:scan-save', {
      label: trans.__('Save Candidate'),
      describedBy: noArguments,
      isEnabled,
      execute: scan((widget, current) => current && widget.model.save(current))
    });
    commands.addCommand('nightdesk:scan-reject', {
      label: trans.__('Reject Candidate'),
      describedBy: noArguments,
      isEnabled,
      execute: scan((widget, current) => current && widget.model.reject(current))
    });
    commands.addCommand('nightdesk:scan-comment', {
      label: trans.__('Comment on Candidate'),
      describedBy: noArguments,
      isEnabled,
      execute: scan((widget, current) => current && widget.model.compose(current))
    });
    commands.addCommand('nightdesk:scan-undo', {
      label: trans.__('Undo Last Decision'),
      describedBy: noArguments,
      isEnabled,
      execute: scan(widget => widget.model.undo())
    });
    commands.addCommand('nightdesk:scan-open-source', {
      label: trans.__('Open Source Page of Candidate'),
      describedBy: noArguments,
      isEnabled,
      execute: scan(widget => widget.openCurrent())
    });
    commands.addCommand('nightdesk:scan-show-new', {
      label: trans.__('Show New Candidates'),
      describedBy: noArguments,
      isEnabled,
      execute: scan(widget => widget.model.showPending())
    });
    commands.addCommand('nightdesk:scan-help', {
      label: trans.__('Keys of the Scan Panel'),
      describedBy: noArguments,
      isEnabled,
      execute: scan(widget => widget.toggleHelp())
    });
    for (const command of ['save', 'reject', 'comment', 'undo', 'open-source', 'show-new', 'help']) {
      palette?.addItem({ command: `nightdesk:scan-${command}`, category: trans.__('Nightdesk') });
    }
  }
};
