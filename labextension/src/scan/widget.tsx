import { ReactWidget } from '@jupyterlab/ui-components';
import type { Message } from '@lumino/messaging';
import * as React from 'react';

import type { IDesk } from '../tokens';
import { DeskProvider } from '../ui/context';
import type { ICardActions } from './card';
import { Help } from './help';
import { ScanList } from './list';
import { ScanModel } from './model';
import type { IScanQuery } from './query';
import { ScanToolbar } from './toolbar';

/** Tonight's candidates of my groups. */
export class ScanWidget extends ReactWidget {
  constructor(
    readonly desk: IDesk,
    query: Partial<IScanQuery>,
    open: (id: string, survey: string) => void
  ) {
    super();
    this.addClass('jp-nightdesk-Scan');
    this.model = new ScanModel(desk, query);
    this._actions = {
      choose: id => this.model.setCurrent(id),
      save: id => void this.model.save(id),
      reject: id => void this.model.reject(id),
      compose: id => this.model.compose(id),
      comment: (id, text) => this.model.comment(id, text),
      open
    };
    void this.model.load();
  }

  readonly model: ScanModel;

  toggleHelp(): void {
    this._help = !this._help;
    this.update();
  }

  openCurrent(): void {
    const { items, current } = this.model.state;
    const candidate = items.find(one => one.id === current);
    if (candidate) {
      this._actions.open(candidate.id, candidate.survey);
    }
  }

  dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  handleEvent(event: Event): void {
    if (event instanceof KeyboardEvent) {
      // shortcuts know keys of the US layout; a question mark is elsewhere on others
      if (event.key === '?' && !this.hasClass('jp-mod-typing')) {
        event.preventDefault();
        this.toggleHelp();
      }
      return;
    }
    // single letters are keys of the list only while nobody writes
    const target = event.target;
    const writes = event.type === 'focusin' && target instanceof HTMLElement && target.matches('input, textarea, select');
    this.toggleClass('jp-mod-typing', writes);
  }

  protected onAfterAttach(message: Message): void {
    super.onAfterAttach(message);
    this.node.addEventListener('focusin', this);
    this.node.addEventListener('focusout', this);
    this.node.addEventListener('keydown', this);
  }

  protected onBeforeDetach(message: Message): void {
    this.node.removeEventListener('focusin', this);
    this.node.removeEventListener('focusout', this);
    this.node.removeEventListener('keydown', this);
    super.onBeforeDetach(message);
  }

  protected onActivateRequest(): void {
    const card = this.node.querySelector<HTMLElement>('.jp-nightdesk-Card.jp-mod-current');
    (card ?? this.node.querySelector<HTMLElement>('.jp-nightdesk-Scan-list'))?.focus({ preventScroll: true });
  }

  protected render(): JSX.Element {
    return (
      <DeskProvider value={this.desk}>
        <ScanToolbar
          model={this.model}
          onOpen={id => this._actions.open(id, '')}
          onHelp={() => this.toggleHelp()}
        />
        <ScanList model={this.model} actions={this._actions} />
        {this._help && <Help onClose={() => this._help && this.toggleHelp()} />}
      </DeskProvider>
    );
  }

  private readonly _actions: ICardActions;
  private _help = false;
}
