import * as React from 'react';

import { Button } from '../ui/button';
import { Connection } from '../ui/connection';
import { useDesk } from '../ui/context';
import { refreshIcon, undoIcon } from '../ui/icons';
import { useStore } from '../ui/store';
import type { ScanModel } from './model';
import type { SortKey } from './query';

export interface IScanToolbarProps {
  model: ScanModel;
  onOpen: (id: string) => void;
  onHelp: () => void;
}

const WINDOWS = [1, 6, 24, 72, 168, 720];

/** What to show, in which order; and the way back. */
export function ScanToolbar({ model, onOpen, onHelp }: IScanToolbarProps): JSX.Element {
  const { trans } = useDesk();
  const state = useStore(model);
  const { query } = state;
  const filters = state.filters.filter(one => query.groupId === null || one.group_id === query.groupId);
  const hours = (value: number): string =>
    value < 48 ? trans.__('last %1 h', value) : trans.__('last %1 days', value / 24);
  const sorts: [SortKey, string][] = [
    ['passed_at', trans.__('newest')],
    ['score', trans.__('score')],
    ['magpsf', trans.__('brightest')],
    ['n_det', trans.__('most detections')],
    ['first_jd', trans.__('youngest')]
  ];
  return (
    <div className="jp-nightdesk-Toolbar" role="toolbar" aria-label={trans.__('Scan')}>
      <Choice
        name="group"
        label={trans.__('Group')}
        value={String(query.groupId ?? '')}
        onChange={value => model.setQuery({ groupId: value ? Number(value) : null, filterId: null })}
        options={[['', trans.__('all my groups')], ...state.groups.map((one): Option => [String(one.id), one.name])]}
      />
      <Choice
        name="filter"
        label={trans.__('Filter')}
        value={String(query.filterId ?? '')}
        onChange={value => model.setQuery({ filterId: value ? Number(value) : null })}
        options={[['', trans.__('all filters')], ...filters.map((one): Option => [String(one.id), one.name])]}
      />
      <Choice
        name="window"
        label={trans.__('Time of passing')}
        value={String(query.hours ?? '')}
        onChange={value => model.setQuery({ hours: value ? Number(value) : null })}
        options={[...WINDOWS.map((one): Option => [String(one), hours(one)]), ['', trans.__('any time')]]}
      />
      <ScoreField value={query.minScore} onChange={minScore => model.setQuery({ minScore })} />
      <Choice
        shown
        name="sort"
        label={trans.__('Sort')}
        value={query.sortBy}
        onChange={value => model.setQuery({ sortBy: value as SortKey })}
        options={sorts}
      />
      <fieldset className="jp-nightdesk-Field jp-mod-checks">
        <legend>{trans.__('Hide')}</legend>
        <Check
          label={trans.__('rejected')}
          checked={query.hideRejected}
          onChange={hideRejected => model.setQuery({ hideRejected })}
        />
        <Check label={trans.__('saved')} checked={query.hideSaved} onChange={hideSaved => model.setQuery({ hideSaved })} />
      </fieldset>
      <label className="jp-nightdesk-Field">
        <input
          type="search"
          className="jp-mod-styled jp-nightdesk-Search"
          data-testid="nightdesk-search"
          placeholder={trans.__('Find object id')}
          aria-label={trans.__('Find object id')}
          title={trans.__('Narrows the list; Enter opens the source page')}
          value={state.search}
          spellCheck={false}
          onChange={event => model.setSearch(event.target.value)}
          onKeyDown={event => {
            if (event.key === 'Enter' && state.search.trim()) {
              const found = model.visible;
              onOpen(found.length === 1 ? found[0].id : state.search.trim());
            }
          }}
        />
      </label>
      <span className="jp-nightdesk-Toolbar-end">
        <span className="jp-nightdesk-Count" data-testid="nightdesk-count">
          {state.phase === 'ready' && trans._n('%1 candidate', '%1 candidates', state.total)}
        </span>
        <Connection />
        <Button
          icon={undoIcon}
          tone="quiet"
          aria-label={trans.__('Undo the last decision')}
          title={trans.__('Undo the last decision (u)')}
          data-testid="nightdesk-undo"
          disabled={!state.undo.length}
          onClick={() => void model.undo()}
        />
        <Button
          icon={refreshIcon}
          tone="quiet"
          aria-label={trans.__('Reload')}
          title={trans.__('Reload the list')}
          onClick={() => void model.load()}
        />
        <Button tone="quiet" aria-label={trans.__('Keyboard help')} title={trans.__('Keyboard help (?)')} onClick={onHelp}>
          ?
        </Button>
      </span>
    </div>
  );
}

type Option = [value: string, label: string];

interface IChoiceProps {
  /** Whether the options do not explain themselves. */
  shown?: boolean;
  name: string;
  label: string;
  value: string;
  options: Option[];
  onChange: (value: string) => void;
}

function Choice({ shown, name, label, value, options, onChange }: IChoiceProps): JSX.Element {
  return (
    <label className="jp-nightdesk-Field" title={label}>
      {shown && <span>{label}</span>}
      <select
        className="jp-mod-styled"
        aria-label={label}
        data-testid={`nightdesk-${name}`}
        value={value}
        onChange={event => onChange(event.target.value)}
      >
        {options.map(([key, text]) => (
          <option key={key} value={key}>
            {text}
          </option>
        ))}
      </select>
    </label>
  );
}

function Check({
  label,
  checked,
  onChange
}: {
  label: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
}): JSX.Element {
  return (
    <label className="jp-nightdesk-Check">
      <input type="checkbox" checked={checked} onChange={event => onChange(event.target.checked)} /> {label}
    </label>
  );
}

/** A number that takes effect when one is done typing. */
function ScoreField({ value, onChange }: { value: number; onChange: (value: number) => void }): JSX.Element {
  const { trans } = useDesk();
  const [draft, setDraft] = React.useState(String(value));
  React.useEffect(() => setDraft(String(value)), [value]);
  const commit = () => {
    const number = Number(draft);
    if (Number.isFinite(number) && number >= 0 && number <= 1) {
      if (number !== value) {
        onChange(number);
      }
    } else {
      setDraft(String(value));
    }
  };
  return (
    <label className="jp-nightdesk-Field">
      <span>{trans.__('Score ≥')}</span>
      <input
        type="number"
        className="jp-mod-styled jp-nightdesk-Score"
        data-testid="nightdesk-min-score"
        min={0}
        max={1}
        step={0.05}
        value={draft}
        onChange={event => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            commit();
          }
        }}
      />
    </label>
  );
}
