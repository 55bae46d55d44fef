import * as React from 'react';

import { Button } from '../ui/button';
import { useDesk } from '../ui/context';
import { bellIcon, undoIcon } from '../ui/icons';
import { Notice, useAdvice } from '../ui/notice';
import { useStore } from '../ui/store';
import { Card, type ICardActions } from './card';
import type { ScanModel } from './model';
import { DEFAULT_QUERY, isSaved } from './query';

export interface IScanListProps {
  model: ScanModel;
  actions: ICardActions;
}

/** The cards, and what stands in their place when there are none. */
export function ScanList({ model, actions }: IScanListProps): JSX.Element {
  const { trans } = useDesk();
  const state = useStore(model);
  const scroller = React.useRef<HTMLDivElement>(null);
  const hovered = React.useRef(false);
  const names = React.useMemo(() => new Map(state.filters.map(one => [one.id, one.name])), [state.filters]);
  React.useEffect(() => {
    model.pinned = () =>
      model.state.items.length > 0 &&
      (hovered.current || model.state.current !== null || (scroller.current?.scrollTop ?? 0) > 8);
    return () => {
      model.pinned = () => true;
    };
  }, [model]);
  const visible = model.visible;
  return (
    <div className="jp-nightdesk-Scan-body">
      <div className="jp-nightdesk-Scan-live" aria-live="polite" role="status">
        {state.announcement}
      </div>
      {state.pending.length > 0 && (
        <button
          type="button"
          className="jp-nightdesk-NewPill"
          data-testid="nightdesk-new"
          title={trans.__('Show them (n)')}
          onClick={() => {
            model.showPending();
            scroller.current?.scrollTo({ top: 0 });
          }}
        >
          <bellIcon.react tag="span" className="jp-nightdesk-Button-icon" />
          {trans.__('%1 new', state.pending.length)}
        </button>
      )}
      <div
        ref={scroller}
        className="jp-nightdesk-Scan-list jp-nightdesk-scroll"
        role="feed"
        aria-busy={state.phase === 'loading'}
        aria-label={trans.__('Candidates')}
        tabIndex={state.current === null ? 0 : -1}
        onMouseEnter={() => (hovered.current = true)}
        onMouseLeave={() => (hovered.current = false)}
      >
        {visible.map(candidate => (
          <Card
            key={candidate.id}
            candidate={candidate}
            current={candidate.id === state.current}
            composing={candidate.id === state.composing}
            fresh={state.fresh.has(candidate.id)}
            filters={candidate.filter_ids.map(id => names.get(id) ?? `#${id}`).join(', ')}
            target={model
              .targets(candidate)
              .map(group => group.name)
              .join(', ')}
            saved={isSaved(candidate, state.query.groupId)}
            actions={actions}
          />
        ))}
        {!visible.length && <Instead model={model} actions={actions} />}
        {visible.length > 0 && <More model={model} />}
      </div>
      <Bar model={model} />
    </div>
  );
}

/** Loading, error or nothing. */
function Instead({ model, actions }: IScanListProps): JSX.Element | null {
  const { trans } = useDesk();
  const state = useStore(model);
  const advice = useAdvice();
  const { query } = state;
  if (state.phase === 'loading') {
    return <Notice busy title={trans.__('Loading candidates')} />;
  }
  if (state.phase === 'error') {
    return (
      <Notice
        title={trans.__('The candidates could not be loaded')}
        actions={<Button onClick={() => void model.load()}>{trans.__('Try again')}</Button>}
      >
        <p>{state.error?.message}</p>
        <p>{advice(state.error)}</p>
      </Notice>
    );
  }
  if (state.search.trim()) {
    return (
      <Notice
        title={trans.__('No candidate on this list is called “%1”', state.search.trim())}
        actions={
          <>
            <Button onClick={() => actions.open(state.search.trim(), '')}>{trans.__('Open its source page')}</Button>
            <Button tone="quiet" onClick={() => model.setSearch('')}>
              {trans.__('Clear the search')}
            </Button>
          </>
        }
      />
    );
  }
  const narrowed =
    query.groupId !== null ||
    query.filterId !== null ||
    query.survey !== '' ||
    query.minScore > 0 ||
    query.hideSaved ||
    (query.hours !== null && query.hours < 24);
  return (
    <Notice
      title={trans.__('No candidates yet')}
      actions={
        <>
          {query.hours !== null && (
            <Button onClick={() => model.setQuery({ hours: null })}>{trans.__('Look at any time')}</Button>
          )}
          {narrowed && (
            <Button tone="quiet" onClick={() => model.setQuery(DEFAULT_QUERY)}>
              {trans.__('Reset what is shown')}
            </Button>
          )}
        </>
      }
    >
      <p>
        {narrowed
          ? trans.__('Nothing passes what is chosen above. New candidates that do appear here by themselves.')
          : trans.__('As soon as a filter of one of your groups passes an alert, it appears here by itself.')}
      </p>
    </Notice>
  );
}

/** Loads the next page when it comes near. */
function More({ model }: { model: ScanModel }): JSX.Element | null {
  const { trans } = useDesk();
  const { more } = useStore(model);
  const node = React.useRef<HTMLDivElement>(null);
  React.useEffect(() => {
    if (more !== 'some' || !node.current) {
      return;
    }
    const observer = new IntersectionObserver(
      entries => {
        if (entries.some(entry => entry.isIntersecting)) {
          void model.loadMore();
        }
      },
      { root: node.current.closest('.jp-nightdesk-scroll'), rootMargin: '1200px' }
    );
    observer.observe(node.current);
    return () => observer.disconnect();
  }, [model, more]);
  if (more === 'none') {
    return <div className="jp-nightdesk-More">{trans.__('That is all.')}</div>;
  }
  return (
    <div ref={node} className="jp-nightdesk-More" aria-busy={more === 'loading'}>
      {more === 'loading' ? (
        trans.__('Loading more')
      ) : (
        <Button tone="quiet" onClick={() => void model.loadMore()}>
          {trans.__('Load more')}
        </Button>
      )}
    </div>
  );
}

/** What was just done, with the way back; or what went wrong. */
function Bar({ model }: { model: ScanModel }): JSX.Element | null {
  const { trans } = useDesk();
  const { undo, failure } = useStore(model);
  const last = undo[undo.length - 1];
  const [shown, setShown] = React.useState(false);
  React.useEffect(() => {
    if (!last) {
      setShown(false);
      return;
    }
    setShown(true);
    const timer = window.setTimeout(() => setShown(false), 8000);
    return () => window.clearTimeout(timer);
  }, [last]);
  if (failure) {
    return (
      <div className="jp-nightdesk-Bar jp-mod-failure" role="alert">
        <span>{failure}</span>
        <Button tone="quiet" onClick={() => model.dismissFailure()}>
          {trans.__('Dismiss')}
        </Button>
      </div>
    );
  }
  if (!shown || !last) {
    return null;
  }
  return (
    <div className="jp-nightdesk-Bar" data-testid="nightdesk-bar">
      <span>
        {last.kind === 'save'
          ? trans.__('Saved %1 to %2', last.id, last.groups.map(group => group.name).join(', '))
          : trans.__('Rejected %1', last.id)}
      </span>
      <Button icon={undoIcon} tone="quiet" hint="u" onClick={() => void model.undo()}>
        {trans.__('Undo')}
      </Button>
    </div>
  );
}
