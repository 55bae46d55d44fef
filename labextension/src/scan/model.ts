import { Debouncer } from '@lumino/polling';

import { DeskError } from '../desk/client';
import type { ICandidate, IDeskEvent, IFilter, IGroup, IProfile } from '../desk/models';
import type { IDesk } from '../tokens';
import { Store } from '../ui/store';
import { compare, DEFAULT_QUERY, isSaved, matches, PAGE, parameters, type IScanQuery } from './query';

export interface IAction {
  kind: 'save' | 'reject';
  id: string;
  candidate: ICandidate;
  groups: IGroup[];
  listing: number | null;
  index: number;
}

export interface IScanState {
  phase: 'loading' | 'ready' | 'error';
  error: DeskError | null;
  items: readonly ICandidate[];
  /** Came in live and waits until it is asked for, so that nothing moves under one's eyes. */
  pending: readonly ICandidate[];
  total: number;
  more: 'none' | 'some' | 'loading';
  current: string | null;
  composing: string | null;
  query: IScanQuery;
  search: string;
  groups: readonly IGroup[];
  filters: readonly IFilter[];
  me: IProfile | null;
  /** Ids that have just slid in. */
  fresh: ReadonlySet<string>;
  undo: readonly IAction[];
  failure: string;
  announcement: string;
}

const LOOKUPS = 4;
const UNDO = 50;
const GUST = 60;

/** The list of candidates: what is shown, what waits, and what was done. */
export class ScanModel extends Store<IScanState> {
  constructor(
    readonly desk: IDesk,
    query: Partial<IScanQuery> = {}
  ) {
    super({
      phase: 'loading',
      error: null,
      items: [],
      pending: [],
      total: 0,
      more: 'none',
      current: null,
      composing: null,
      query: { ...DEFAULT_QUERY, ...query },
      search: '',
      groups: [],
      filters: [],
      me: null,
      fresh: new Set(),
      undo: [],
      failure: '',
      announcement: ''
    });
    desk.events.received.connect(this._onEvent, this);
    desk.events.stateChanged.connect(this._onLink, this);
    desk.events.start();
  }

  /** True while a person looks at the list in a way that must not be disturbed. */
  pinned: () => boolean = () => false;

  dispose(): void {
    if (!this.isDisposed) {
      this.desk.events.received.disconnect(this._onEvent, this);
      this.desk.events.stateChanged.disconnect(this._onLink, this);
      this._selecting.dispose();
      super.dispose();
    }
  }

  /** Items that the search box leaves. */
  get visible(): readonly ICandidate[] {
    const wanted = this.state.search.trim().toLowerCase();
    return wanted ? this.state.items.filter(one => one.id.toLowerCase().includes(wanted)) : this.state.items;
  }

  get groupOfFilter(): ReadonlyMap<number, number> {
    return new Map(this.state.filters.map(filter => [filter.id, filter.group_id]));
  }

  /** Fetch everything anew. */
  async load(): Promise<void> {
    const serial = ++this._serial;
    this.set({ phase: 'loading', error: null, failure: '' });
    const { client } = this.desk;
    try {
      const page = client.candidates(parameters(this.state.query, 1));
      if (!this.state.me) {
        const [me, groups, filters] = await Promise.all([client.profile(), client.groups(), client.filters()]);
        this.set({ me, groups, filters });
      }
      const { candidates, totalMatches } = await page;
      if (serial === this._serial) {
        const known = candidates.some(one => one.id === this.state.current);
        this.set({
          phase: 'ready',
          items: unique(candidates),
          pending: [],
          total: totalMatches,
          more: candidates.length < totalMatches ? 'some' : 'none',
          current: known ? this.state.current : null,
          fresh: new Set()
        });
        this._page = 1;
      }
    } catch (error) {
      if (serial !== this._serial) {
        return;
      }
      if (this.state.items.length) {
        this.set({ phase: 'ready', failure: this.desk.trans.__('The list was not reloaded: %1', text(error)) });
      } else {
        this.set({ phase: 'error', error: error instanceof DeskError ? error : new DeskError(String(error), -1) });
      }
    }
  }

  async loadMore(): Promise<void> {
    if (this.state.more !== 'some' || this.state.phase !== 'ready') {
      return;
    }
    const serial = this._serial;
    this.set({ more: 'loading' });
    try {
      const page = await this.desk.client.candidates(parameters(this.state.query, this._page + 1));
      if (serial === this._serial) {
        this._page += 1;
        const done = page.candidates.length < PAGE || this._page * PAGE >= page.totalMatches;
        this.set({
          items: unique([...this.state.items, ...page.candidates]),
          total: page.totalMatches,
          more: done ? 'none' : 'some'
        });
      }
    } catch (error) {
      if (serial === this._serial) {
        this.set({ more: 'some', failure: text(error) });
      }
    }
  }

  setQuery(part: Partial<IScanQuery>): void {
    // what answered another question must not stand under this one
    this.set({ query: { ...this.state.query, ...part }, items: [], pending: [] });
    void this.load();
  }

  setSearch(search: string): void {
    this.set({ search });
  }

  setCurrent(id: string | null): void {
    if (id !== this.state.current) {
      this.set({ current: id, composing: null });
      if (id) {
        void this._selecting.invoke();
      }
    }
  }

  /** Go on to the next or back to the last one. */
  move(step: 1 | -1): void {
    const items = this.visible;
    const at = items.findIndex(one => one.id === this.state.current);
    const next = at < 0 ? 0 : Math.min(items.length - 1, Math.max(0, at + step));
    if (items[next]) {
      this.setCurrent(items[next].id);
    }
    if (next >= items.length - 3) {
      void this.loadMore();
    }
  }

  compose(id: string | null): void {
    if (id && id !== this.state.current) {
      this.setCurrent(id);
    }
    this.set({ composing: id });
  }

  /** Let those in that wait. */
  showPending(): void {
    const { pending, items, query } = this.state;
    const fresh = new Set(pending.map(one => one.id));
    const rest = items.filter(one => !fresh.has(one.id));
    this.set({ items: [...pending, ...rest].sort(compare(query)), pending: [], fresh });
  }

  /** The groups that a save goes to: the chosen one, else those whose filters passed it. */
  targets(candidate: ICandidate): IGroup[] {
    const { groups, query } = this.state;
    const ids = new Set(
      query.groupId !== null
        ? [query.groupId]
        : (candidate.passing_group_ids ?? candidate.filter_ids.map(id => this.groupOfFilter.get(id)))
    );
    const found = groups.filter(group => ids.has(group.id));
    return found.length ? found : groups.filter(group => !group.single_user_group).slice(0, 1);
  }

  async save(id: string): Promise<void> {
    const candidate = this._find(id);
    if (!candidate) {
      return;
    }
    const groups = this.targets(candidate).filter(group => !candidate.saved_groups.some(one => one.id === group.id));
    if (!groups.length) {
      return;
    }
    await this._act({
      action: { kind: 'save', id, candidate, groups, listing: null, index: this._index(id) },
      change: { is_source: true, saved_groups: [...candidate.saved_groups, ...groups] },
      request: async () => {
        await this.desk.client.save(
          id,
          groups.map(group => group.id)
        );
        return null;
      }
    });
  }

  async reject(id: string): Promise<void> {
    const candidate = this._find(id);
    if (candidate && !candidate.rejected) {
      await this._act({
        action: { kind: 'reject', id, candidate, groups: [], listing: null, index: this._index(id) },
        change: { rejected: true },
        request: () => this.desk.client.reject(id)
      });
    }
  }

  /** Take back the last save or rejection. */
  async undo(): Promise<void> {
    const action = this.state.undo[this.state.undo.length - 1];
    if (!action) {
      return;
    }
    const { client, trans } = this.desk;
    this.set({ undo: this.state.undo.slice(0, -1), failure: '' });
    try {
      // what is undone before it reached the marshal must still be undone there
      await this._requests.get(action.id);
      if (action.kind === 'save') {
        await Promise.all(action.groups.map(group => client.unsave(action.id, group.id)));
      } else {
        await client.unreject(action.id, action.listing);
      }
      this._restore(action);
      this.set({ current: action.id, announcement: trans.__('Undone: %1', action.id) });
    } catch (error) {
      this.set({ failure: trans.__('Could not undo: %1', text(error)), undo: [...this.state.undo, action] });
    }
  }

  async comment(id: string, words: string): Promise<void> {
    await this.desk.client.addComment(id, words);
    this.set({ composing: null });
    await this._refresh(id);
  }

  dismissFailure(): void {
    this.set({ failure: '' });
  }

  /** Change what is shown at once, then ask; put it back if the marshal refuses. */
  private async _act(options: {
    action: IAction;
    change: Partial<ICandidate>;
    request: () => Promise<number | null>;
  }): Promise<void> {
    const { action, change, request } = options;
    const { trans } = this.desk;
    const { query } = this.state;
    const changed = { ...action.candidate, ...change };
    const leaves = (query.hideRejected && changed.rejected) || (query.hideSaved && isSaved(changed, query.groupId));
    const visible = this.visible;
    const at = visible.findIndex(one => one.id === action.id);
    const next = visible[at + 1] ?? visible[at - 1] ?? null;
    this.set({
      items: leaves
        ? this.state.items.filter(one => one.id !== action.id)
        : this.state.items.map(one => (one.id === action.id ? changed : one)),
      current: leaves ? (next?.id ?? null) : action.id,
      composing: null,
      undo: [...this.state.undo, action].slice(-UNDO),
      failure: '',
      announcement:
        action.kind === 'save'
          ? trans.__('Saved %1 to %2', action.id, action.groups.map(group => group.name).join(', '))
          : trans.__('Rejected %1', action.id)
    });
    const sent = request();
    const settled = sent.then(
      () => undefined,
      () => undefined
    );
    this._requests.set(action.id, settled);
    try {
      action.listing = await sent;
    } catch (error) {
      this._restore(action);
      this.set({
        undo: this.state.undo.filter(one => one !== action),
        failure: trans.__('%1 was not changed: %2', action.id, text(error))
      });
    } finally {
      if (this._requests.get(action.id) === settled) {
        this._requests.delete(action.id);
      }
    }
  }

  private _restore(action: IAction): void {
    const before =
      action.kind === 'save'
        ? { is_source: action.candidate.is_source, saved_groups: action.candidate.saved_groups }
        : { rejected: false };
    const now = this._find(action.id);
    if (now) {
      this._replace({ ...now, ...before });
    } else {
      const items = [...this.state.items];
      items.splice(Math.min(Math.max(action.index, 0), items.length), 0, { ...action.candidate, ...before });
      this.set({ items });
    }
  }

  private _onEvent(_: unknown, event: IDeskEvent): void {
    const id = event.obj_id;
    if (!id) {
      return;
    }
    if (event.type === 'candidate') {
      const card = event.data as ICandidate | null | undefined;
      if (event.action === 'delete') {
        return;
      }
      if (card?.passed_at && !this._find(id)) {
        this._admit(card);
      } else {
        // what was just pushed knows only the filters that it passed this time
        this._ask(id);
      }
    } else if (this._find(id) || this.state.pending.some(one => one.id === id)) {
      this._ask(id);
    }
  }

  private _onLink(_: unknown, state: string): void {
    if (state !== 'live') {
      this._missed = this._wasLive;
      return;
    }
    this._wasLive = true;
    if (this.state.phase === 'error') {
      void this.load();
    } else if (this._missed) {
      this._missed = false;
      void this._catchUp();
    }
  }

  /** After a break: what is newer waits, what is shown is brought up to date. */
  private async _catchUp(): Promise<void> {
    try {
      const page = await this.desk.client.candidates(parameters(this.state.query, 1));
      for (const candidate of page.candidates) {
        this._admit(candidate);
      }
    } catch {
      // the next break or a reload tries again; the panel says that it is not live
    }
  }

  /** Look an object up soon; many events about one object are one look. */
  private _ask(id: string): void {
    this._wanted.add(id);
    window.setTimeout(() => void this._lookUp(), 120);
  }

  private async _lookUp(): Promise<void> {
    while (this._wanted.size && this._lookups < LOOKUPS && !this.isDisposed) {
      const id = this._wanted.values().next().value as string;
      this._wanted.delete(id);
      this._lookups += 1;
      try {
        await this._refresh(id);
      } finally {
        this._lookups -= 1;
      }
    }
  }

  private async _refresh(id: string): Promise<void> {
    try {
      // an answer that left before our own change arrived would undo it on the screen
      await this._requests.get(id);
      const candidate = await this.desk.client.candidate(id);
      if (!this._requests.has(id)) {
        this._admit(candidate);
      }
    } catch (error) {
      if (error instanceof DeskError && error.status === 404) {
        return;
      }
      this.set({ failure: text(error) });
    }
  }

  /** A gust of arrivals is one change of the list. */
  private _admit(candidate: ICandidate): void {
    this._arrivals.set(candidate.id, candidate);
    if (this._arrivals.size === 1) {
      window.setTimeout(() => this._settle(), GUST);
    }
  }

  private _settle(): void {
    const arrived = new Map(this._arrivals);
    this._arrivals.clear();
    const { pending, query } = this.state;
    const items = this.state.items.map(one => arrived.get(one.id) ?? one);
    items.forEach(one => arrived.delete(one.id));
    const groups = this.groupOfFilter;
    const fresh = [...arrived.values()].filter(one => matches(one, query, groups));
    if (!fresh.length) {
      this.set({ items });
      return;
    }
    const waiting = unique([...pending, ...fresh]).sort(compare(query));
    this.set({
      items,
      pending: waiting,
      total: this.state.total + waiting.length - pending.length,
      announcement: this.desk.trans._n('%1 new candidate', '%1 new candidates', waiting.length)
    });
    if (!this.pinned()) {
      this.showPending();
    }
  }

  private _find(id: string): ICandidate | undefined {
    return this.state.items.find(one => one.id === id);
  }

  private _index(id: string): number {
    return this.state.items.findIndex(one => one.id === id);
  }

  private _replace(candidate: ICandidate): void {
    this.set({ items: this.state.items.map(one => (one.id === candidate.id ? candidate : one)) });
  }

  private _serial = 0;
  private _page = 1;
  private _arrivals = new Map<string, ICandidate>();
  private _wanted = new Set<string>();
  private _lookups = 0;
  private _requests = new Map<string, Promise<void>>();
  private _wasLive = false;
  private _missed = false;
  private _selecting = new Debouncer(() => {
    if (this.state.current) {
      this.desk.select([this.state.current]);
    }
  }, 400);
}

function unique(candidates: readonly ICandidate[]): ICandidate[] {
  return [...new Map(candidates.map(one => [one.id, one])).values()];
}

function text(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
