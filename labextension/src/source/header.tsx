import * as React from 'react';

import { Badge, Measures } from '../ui/badges';
import { Button } from '../ui/button';
import { Connection } from '../ui/connection';
import { useDesk } from '../ui/context';
import { Copyable } from '../ui/copy';
import { degrees, dms, hms, toJd } from '../ui/format';
import { notebookIcon, rejectIcon, saveIcon } from '../ui/icons';
import { useStore } from '../ui/store';
import type { SourceModel } from './model';

export interface IHeaderProps {
  model: SourceModel;
  /** Puts the source into the notebook; null where there are no notebooks. */
  insert: (() => void) | null;
}

/** Name, place, numbers, and who keeps it. */
export function Header({ model, insert }: IHeaderProps): JSX.Element {
  const { trans } = useDesk();
  const state = useStore(model);
  const { candidate, ra, dec } = state;
  const age =
    candidate && candidate.first_jd !== null && candidate.last_detected_at
      ? toJd(candidate.last_detected_at) - candidate.first_jd
      : null;
  const { gal_lon: l, gal_lat: b } = state.source ?? {};
  return (
    <header className="jp-nightdesk-Source-head">
      <div className="jp-nightdesk-Source-title">
        <h1>{model.id}</h1>
        {(state.source?.alias ?? []).map(name => (
          <span key={name} className="jp-nightdesk-Source-alias">
            {name}
          </span>
        ))}
        <Badge kind="survey">{state.survey}</Badge>
        {candidate && (
          <Measures
            band={candidate.band}
            magpsf={candidate.magpsf}
            score={candidate.score}
            nDet={candidate.n_det}
            ageDays={age}
          />
        )}
        {typeof state.source?.redshift === 'number' && <Badge kind="redshift">{trans.__('z = %1', state.source.redshift)}</Badge>}
        <span className="jp-nightdesk-Toolbar-end">
          <Present model={model} />
          <Connection />
          {insert && (
            <Button icon={notebookIcon} data-testid="nightdesk-insert" onClick={insert}>
              {trans.__('Insert in notebook')}
            </Button>
          )}
        </span>
      </div>
      <div className="jp-nightdesk-Source-place">
        {ra !== null && dec !== null && (
          <>
            <Copyable text={`${hms(ra)} ${dms(dec)}`} name={trans.__('sexagesimal coordinates')} />
            <Copyable text={degrees(ra, dec)} name={trans.__('coordinates in degrees')} />
          </>
        )}
        {typeof l === 'number' && typeof b === 'number' && (
          <span className="jp-nightdesk-Faint" title={trans.__('Galactic coordinates')}>
            {trans.__('l, b %1 %2', l.toFixed(2), signed(b))}
          </span>
        )}
        <Saves model={model} />
      </div>
    </header>
  );
}

/** The others who look at this page now. */
function Present({ model }: { model: SourceModel }): JSX.Element | null {
  const { trans } = useDesk();
  const { present, me } = useStore(model);
  const others = present.filter(one => one.id !== me?.id).map(one => one.username);
  if (!others.length) {
    return null;
  }
  const told = trans._n('%2 is looking at this page too', 'Looking at this page too: %2', others.length, others.join(', '));
  return (
    <span className="jp-nightdesk-Present" role="status" aria-label={told} title={told} data-testid="nightdesk-present">
      {others.slice(0, 4).map(name => (
        <span key={name} className="jp-nightdesk-Face" aria-hidden="true">
          {name.slice(0, 2)}
        </span>
      ))}
      {others.length > 4 && <span className="jp-nightdesk-Faint">{trans.__('and %1 more', others.length - 4)}</span>}
    </span>
  );
}

function signed(value: number): string {
  return `${value < 0 ? '' : '+'}${value.toFixed(2)}`;
}

function Saves({ model }: { model: SourceModel }): JSX.Element {
  const { trans } = useDesk();
  const state = useStore(model);
  const saved = model.savedGroups;
  const free = state.groups.filter(group => !saved.some(one => one.id === group.id));
  const wanted = new Set(
    state.filters.filter(one => state.candidate?.filter_ids.includes(one.id)).map(one => one.group_id)
  );
  const [choice, setChoice] = React.useState<number | null>(null);
  const target = free.find(one => one.id === choice) ?? free.find(one => wanted.has(one.id)) ?? free[0];
  return (
    <span className="jp-nightdesk-Source-saves">
      {saved.map(group => (
        <span key={group.id} className="jp-nightdesk-Chip jp-mod-saved" data-testid="nightdesk-saved-group">
          {group.nickname || group.name}
          <Button
            icon={rejectIcon}
            tone="quiet"
            aria-label={trans.__('Take out of %1', group.name)}
            title={trans.__('Take out of %1', group.name)}
            onClick={() => void model.unsave(group.id)}
          />
        </span>
      ))}
      {target && (
        <span className="jp-nightdesk-Joined">
          <Button
            icon={saveIcon}
            tone="accept"
            data-testid="nightdesk-source-save"
            onClick={() => void model.save(target.id)}
          >
            {trans.__('Save to')}
          </Button>
          <select
            className="jp-mod-styled"
            aria-label={trans.__('Group to save to')}
            value={target.id}
            onChange={event => setChoice(Number(event.target.value))}
          >
            {free.map(group => (
              <option key={group.id} value={group.id}>
                {group.name}
              </option>
            ))}
          </select>
        </span>
      )}
    </span>
  );
}
