import { ReactWidget } from '@jupyterlab/ui-components';
import * as React from 'react';

import type { IDesk } from '../tokens';
import { Button } from '../ui/button';
import { DeskProvider, useDesk } from '../ui/context';
import { Notice, useAdvice } from '../ui/notice';
import { useStore } from '../ui/store';
import { Alerts } from './alerts';
import { Annotations } from './annotations';
import { Classifications } from './classifications';
import { CrossMatchTable } from './crossMatches';
import { Header } from './header';
import { SourceModel } from './model';
import { Photometry } from './photometry';
import { SkyView } from './skyView';
import { Thread } from './thread';

/** All that is known about one object, on one page. */
export class SourceWidget extends ReactWidget {
  constructor(
    readonly desk: IDesk,
    readonly objId: string,
    survey: string,
    private readonly _insert: (() => void) | null
  ) {
    super();
    this.addClass('jp-nightdesk-Source');
    this.addClass('jp-nightdesk-scroll');
    this.node.tabIndex = -1;
    this.model = new SourceModel(desk, objId, survey);
    void this.model.load();
  }

  readonly model: SourceModel;

  dispose(): void {
    if (!this.isDisposed) {
      this.model.dispose();
      super.dispose();
    }
  }

  protected onActivateRequest(): void {
    this.node.focus({ preventScroll: true });
    this.desk.select([this.objId]);
  }

  protected render(): JSX.Element {
    return (
      <DeskProvider value={this.desk}>
        <Page model={this.model} insert={this._insert} />
      </DeskProvider>
    );
  }
}

function Page({ model, insert }: { model: SourceModel; insert: (() => void) | null }): JSX.Element {
  const { trans } = useDesk();
  const state = useStore(model);
  const advice = useAdvice();
  if (state.phase === 'loading') {
    return <Notice busy title={trans.__('Loading %1', model.id)} />;
  }
  if (state.phase === 'missing') {
    return (
      <Notice
        title={trans.__('No object is called “%1”', model.id)}
        actions={<Button onClick={() => void model.load()}>{trans.__('Look again')}</Button>}
      >
        <p>{trans.__('Neither a source nor an alert that your groups may see has this id. Ids are case-sensitive.')}</p>
      </Notice>
    );
  }
  if (state.phase === 'error') {
    return (
      <Notice
        title={trans.__('%1 could not be loaded', model.id)}
        actions={<Button onClick={() => void model.load()}>{trans.__('Try again')}</Button>}
      >
        <p>{state.error?.message}</p>
        <p>{advice(state.error)}</p>
      </Notice>
    );
  }
  return (
    <article className="jp-nightdesk-Source-page" data-testid="nightdesk-source" data-obj-id={model.id}>
      <Header model={model} insert={insert} />
      {state.failure && (
        <div className="jp-nightdesk-Source-failure" role="alert">
          {state.failure}
        </div>
      )}
      <div className="jp-nightdesk-Source-columns">
        <div className="jp-nightdesk-Source-main">
          <Photometry model={model} />
          <Alerts model={model} />
          <CrossMatchTable model={model} />
          <Annotations model={model} />
        </div>
        <div className="jp-nightdesk-Source-side">
          <Classifications model={model} />
          <Thread model={model} />
          <SkyView model={model} />
        </div>
      </div>
    </article>
  );
}
