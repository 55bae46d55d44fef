import type { IWidgetTracker, MainAreaWidget } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { DeskClient } from './desk/client';
import type { EventStream } from './desk/events';
import type { ThemeName } from './desk/models';
import type { Pictures } from './desk/plots';
import type { ScanWidget } from './scan/widget';

/** What every panel of the desk works with. */
export interface IDesk {
  readonly client: DeskClient;
  readonly events: EventStream;
  readonly pictures: Pictures;
  readonly trans: TranslationBundle;
  readonly theme: ThemeName;
  readonly themeChanged: ISignal<IDesk, ThemeName>;
  /** Tell the marshal what lies on the desk, so that `nightdesk.selection()` answers it. */
  select(ids: readonly string[]): void;
}

export const IDesk = new Token<IDesk>(
  'nightdesk-lab:IDesk',
  'The connection of this browser to the marshal: requests, live events, pictures and the shared selection.'
);

export type IScanTracker = IWidgetTracker<MainAreaWidget<ScanWidget>>;

export const IScanTracker = new Token<IScanTracker>('nightdesk-lab:IScanTracker', 'The Scan panel, if it is open.');

/** Ids of commands that more than one plugin runs. */
export const CommandIDs = {
  scan: 'nightdesk:scan',
  source: 'nightdesk:source',
  insertSource: 'nightdesk:insert-source'
} as const;
