import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IThemeManager } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';
import { Signal } from '@lumino/signaling';

// eslint-disable-next-line jupyter/prefer-lazy-imports -- the token's value is made of it
import { DeskClient } from '../desk/client';
import { EventStream } from '../desk/events';
import type { ThemeName } from '../desk/models';
import { Pictures } from '../desk/plots';
import { IDesk } from '../tokens';

/** Provides the connection that all panels share. */
export const deskPlugin: JupyterFrontEndPlugin<IDesk> = {
  id: 'nightdesk-lab:desk',
  description: 'Provides the connection to the marshal that all Nightdesk panels share.',
  autoStart: true,
  provides: IDesk,
  optional: [IThemeManager, ITranslator],
  activate: (app: JupyterFrontEnd, themes: IThemeManager | null, translator: ITranslator | null): IDesk => {
    const settings = app.serviceManager.serverSettings;
    const client = new DeskClient(settings);
    const themeOf = (): ThemeName => (themes?.theme && !themes.isLight(themes.theme) ? 'dark' : 'light');
    let theme = themeOf();
    const owner = {};
    const themeChanged = new Signal<IDesk, ThemeName>(owner as IDesk);
    themes?.themeChanged.connect(() => {
      if (themeOf() !== theme) {
        theme = themeOf();
        themeChanged.emit(theme);
      }
    });
    return {
      client,
      events: new EventStream(settings),
      pictures: new Pictures(client),
      trans: (translator ?? nullTranslator).load('nightdesk_lab'),
      get theme() {
        return theme;
      },
      themeChanged,
      select: ids => {
        client.select(ids).catch(error => {
          // the desk works without: only nightdesk.selection() would be older
          console.warn('The selection was not shared', error);
        });
      }
    };
  }
};
