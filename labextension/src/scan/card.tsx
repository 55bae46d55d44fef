import * as React from 'react';

import type { ICandidate } from '../desk/models';
import { Badge, Matches, Measures } from '../ui/badges';
import { Button } from '../ui/button';
import { CommentItem, Composer } from '../ui/comments';
import { useDesk, useNow } from '../ui/context';
import { Cutouts } from '../ui/cutouts';
import { ago, degrees, dms, hms, toJd } from '../ui/format';
import { commentIcon, openIcon, rejectIcon, saveIcon } from '../ui/icons';
import { LightCurve } from '../ui/lightCurve';

export interface ICardActions {
  choose(id: string): void;
  save(id: string): void;
  reject(id: string): void;
  compose(id: string | null): void;
  comment(id: string, text: string): Promise<void>;
  open(id: string, survey: string): void;
}

export interface ICardProps {
  candidate: ICandidate;
  current: boolean;
  composing: boolean;
  fresh: boolean;
  /** Names of the filters that passed it. */
  filters: string;
  /** Names of the groups that a save goes to. */
  target: string;
  saved: boolean;
  actions: ICardActions;
}

const PLOT = 172;

/** One candidate: everything one needs to decide, in one row. */
export const Card = React.memo(function Card(props: ICardProps): JSX.Element {
  const { candidate, current, composing, fresh, filters, target, saved, actions } = props;
  const { trans } = useDesk();
  const now = useNow();
  const root = React.useRef<HTMLElement>(null);
  const { id } = candidate;
  React.useEffect(() => {
    const node = root.current;
    if (current && node) {
      node.scrollIntoView({ block: 'nearest' });
      const active = document.activeElement;
      // a card that left the list took the focus with it, and then nothing has it
      const ours = active === document.body || node.closest('.jp-nightdesk-Scan')?.contains(active);
      if (ours && !node.contains(active)) {
        node.focus({ preventScroll: true });
      }
    }
  }, [current]);
  const age =
    candidate.first_jd !== null && candidate.last_detected_at
      ? toJd(candidate.last_detected_at) - candidate.first_jd
      : null;
  const state = [
    current ? 'jp-mod-current' : '',
    saved ? 'jp-mod-saved' : '',
    candidate.rejected ? 'jp-mod-rejected' : '',
    fresh ? 'jp-mod-fresh' : ''
  ].join(' ');
  return (
    <article
      ref={root}
      className={`jp-nightdesk-Card ${state}`}
      data-testid="nightdesk-candidate"
      data-obj-id={id}
      aria-label={trans.__('Candidate %1', id)}
      aria-current={current || undefined}
      tabIndex={current ? 0 : -1}
      onMouseDown={() => actions.choose(id)}
      onFocus={() => actions.choose(id)}
    >
      <header className="jp-nightdesk-Card-head">
        <button
          type="button"
          className="jp-nightdesk-Card-name"
          title={trans.__('Open the source page')}
          onClick={() => actions.open(id, candidate.survey)}
        >
          {id}
        </button>
        <Badge kind="survey">{candidate.survey}</Badge>
        <Measures
          band={candidate.band}
          magpsf={candidate.magpsf}
          score={candidate.score}
          nDet={candidate.n_det}
          ageDays={age}
        />
        <Matches matches={candidate.cross_matches} />
        {candidate.saved_groups.map(group => (
          <Badge key={group.id} kind="saved" title={trans.__('Saved to %1', group.name)}>
            {group.nickname || group.name}
          </Badge>
        ))}
        {candidate.rejected && <Badge kind="rejected">{trans.__('rejected')}</Badge>}
        <span className="jp-nightdesk-Card-when">
          {filters && (
            <span className="jp-nightdesk-Card-filters" title={trans.__('Passed: %1', filters)}>
              {filters}
            </span>
          )}
          <time dateTime={candidate.passed_at} title={trans.__('Passed the filter at %1', candidate.passed_at)}>
            {ago(candidate.passed_at, now, trans)}
          </time>
        </span>
      </header>
      <div className="jp-nightdesk-Card-images">
        <Cutouts id={id} survey={candidate.survey} candid={candidate.passing_alert_id} />
        <div className="jp-nightdesk-Card-where" title={degrees(candidate.ra, candidate.dec)}>
          {hms(candidate.ra)} {dms(candidate.dec)}
        </div>
      </div>
      <LightCurve id={id} version={candidate.passing_alert_id} height={PLOT} />
      <div className="jp-nightdesk-Card-side">
        <div className="jp-nightdesk-Card-actions">
          <Button
            icon={saveIcon}
            tone="accept"
            className="jp-nightdesk-Card-save"
            data-testid="nightdesk-save"
            hint="s"
            aria-pressed={saved}
            disabled={saved}
            title={saved ? trans.__('Saved to %1', target) : trans.__('Save to %1', target)}
            onClick={() => actions.save(id)}
          >
            {saved ? trans.__('Saved') : trans.__('Save')}
          </Button>
          <Button
            icon={rejectIcon}
            tone="reject"
            className="jp-nightdesk-Card-reject"
            data-testid="nightdesk-reject"
            hint="r"
            disabled={candidate.rejected}
            title={trans.__('Put on my list of rejected candidates')}
            onClick={() => actions.reject(id)}
          >
            {trans.__('Reject')}
          </Button>
          <Button
            icon={commentIcon}
            className="jp-nightdesk-Card-comment"
            data-testid="nightdesk-comment-open"
            hint="c"
            aria-expanded={composing}
            onClick={() => actions.compose(composing ? null : id)}
          >
            {trans.__('Comment')}
          </Button>
          <Button
            icon={openIcon}
            className="jp-nightdesk-Card-open"
            data-testid="nightdesk-open"
            hint="o"
            onClick={() => actions.open(id, candidate.survey)}
          >
            {trans.__('Open')}
          </Button>
        </div>
        {composing && (
          <Composer
            focus
            submitLabel={trans.__('Send')}
            onSubmit={async words => {
              await actions.comment(id, words);
              root.current?.focus({ preventScroll: true });
            }}
            onCancel={() => {
              actions.compose(null);
              root.current?.focus({ preventScroll: true });
            }}
          />
        )}
        <ul className="jp-nightdesk-Card-comments" aria-label={trans.__('Latest comments')}>
          {candidate.comments.map(comment => (
            <CommentItem key={comment.id} comment={comment} />
          ))}
        </ul>
        {candidate.n_comments > candidate.comments.length && (
          <button type="button" className="jp-nightdesk-Link" onClick={() => actions.open(id, candidate.survey)}>
            {trans.__('all %1 comments', candidate.n_comments)}
          </button>
        )}
      </div>
    </article>
  );
});
