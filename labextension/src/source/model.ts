import type { IDisposable } from '@lumino/disposable';

import { DeskError } from '../desk/client';
import type {
  CrossMatches,
  IAlert,
  IAnnotation,
  ICandidate,
  IClassification,
  IComment,
  IDeskEvent,
  IFilter,
  IGroup,
  IProfile,
  ISource,
  ITaxonomy
} from '../desk/models';
import type { IDesk } from '../tokens';
import { Store } from '../ui/store';

export interface ISourceState {
  phase: 'loading' | 'ready' | 'missing' | 'error';
  error: DeskError | null;
  survey: string;
  ra: number | null;
  dec: number | null;
  source: ISource | null;
  candidate: ICandidate | null;
  alerts: readonly IAlert[];
  matches: CrossMatches | null;
  comments: readonly IComment[];
  classifications: readonly IClassification[];
  annotations: readonly IAnnotation[];
  taxonomies: readonly ITaxonomy[];
  groups: readonly IGroup[];
  filters: readonly IFilter[];
  me: IProfile | null;
  /** Others who have this page open now. */
  present: readonly IProfile[];
  failure: string;
}

/** One object: what the surveys saw and what people say about it, kept up to date. */
export class SourceModel extends Store<ISourceState> {
  constructor(
    readonly desk: IDesk,
    readonly id: string,
    survey = ''
  ) {
    super({
      phase: 'loading',
      error: null,
      survey: survey || (id.startsWith('ZTF') ? 'ZTF' : 'LSST'),
      ra: null,
      dec: null,
      source: null,
      candidate: null,
      alerts: [],
      matches: null,
      comments: [],
      classifications: [],
      annotations: [],
      taxonomies: [],
      groups: [],
      filters: [],
      me: null,
      present: [],
      failure: ''
    });
    desk.events.received.connect(this._onEvent, this);
    desk.events.stateChanged.connect(this._onLink, this);
    this._wasLive = desk.events.state === 'live';
    desk.events.start();
    this._look = desk.events.look(id);
  }

  dispose(): void {
    if (!this.isDisposed) {
      this._look.dispose();
      this.desk.events.received.disconnect(this._onEvent, this);
      this.desk.events.stateChanged.disconnect(this._onLink, this);
      super.dispose();
    }
  }

  async load(): Promise<void> {
    const { client } = this.desk;
    try {
      const [me, groups, filters, taxonomies, found] = await Promise.all([
        client.profile(),
        client.groups(),
        client.filters(),
        client.taxonomies(),
        this._object()
      ]);
      this.set({ me, groups, filters, taxonomies, phase: found ? 'ready' : 'missing', error: null });
    } catch (error) {
      this.set({ phase: 'error', error: error instanceof DeskError ? error : new DeskError(String(error), -1) });
      return;
    }
    if (this.state.phase === 'ready') {
      await Promise.all([this._comments(), this._classifications(), this._annotations()]);
    }
  }

  async save(groupId: number): Promise<void> {
    await this._try(async () => {
      await this.desk.client.save(this.id, [groupId]);
      await this._object();
    });
  }

  async unsave(groupId: number): Promise<void> {
    await this._try(async () => {
      await this.desk.client.unsave(this.id, groupId);
      await this._object();
    });
  }

  async addComment(text: string): Promise<void> {
    await this.desk.client.addComment(this.id, text);
    await this._comments();
  }

  async editComment(comment: number, text: string): Promise<void> {
    await this.desk.client.editComment(this.id, comment, text);
    await this._comments();
  }

  async deleteComment(comment: number): Promise<void> {
    await this._try(async () => {
      await this.desk.client.deleteComment(this.id, comment);
      await this._comments();
    });
  }

  async classify(classification: string, taxonomyId: number, probability: number | null): Promise<void> {
    await this._try(async () => {
      await this.desk.client.classify(this.id, classification, taxonomyId, probability);
      await this._classifications();
    });
  }

  async declassify(classification: number): Promise<void> {
    await this._try(async () => {
      await this.desk.client.declassify(classification);
      await this._classifications();
    });
  }

  /** Groups that hold this source now. */
  get savedGroups(): readonly IGroup[] {
    return this.state.source?.groups ?? this.state.candidate?.saved_groups ?? [];
  }

  /** Read the object from wherever it is known; tell whether it is anywhere. */
  private async _object(): Promise<boolean> {
    const { client } = this.desk;
    const candidate = await orNull(client.candidate(this.id));
    const survey = candidate?.survey ?? this.state.survey;
    const [source, archive] = await Promise.all([
      orNull(client.source(this.id)),
      orNull(client.alerts(this.id, survey))
    ]);
    const place = source ?? candidate ?? archive?.aux ?? null;
    this.set({
      survey,
      candidate,
      source,
      alerts: archive?.alerts ?? [],
      matches: archive?.aux?.cross_matches ?? candidate?.cross_matches ?? null,
      ra: place?.ra ?? null,
      dec: place?.dec ?? null
    });
    return Boolean(source || candidate || archive?.alerts.length);
  }

  private async _comments(): Promise<void> {
    this.set({ comments: (await orNull(this.desk.client.comments(this.id))) ?? [] });
  }

  private async _classifications(): Promise<void> {
    this.set({ classifications: (await orNull(this.desk.client.classifications(this.id))) ?? [] });
  }

  private async _annotations(): Promise<void> {
    this.set({ annotations: (await orNull(this.desk.client.annotations(this.id))) ?? [] });
  }

  private _onEvent(_: unknown, event: IDeskEvent): void {
    if (event.obj_id !== this.id) {
      return;
    }
    if (event.type === 'presence') {
      this.set({ present: (event.data as { people: IProfile[] }).people });
      return;
    }
    if (this.state.phase !== 'ready') {
      void this.load();
      return;
    }
    const refresh = (
      {
        annotation: () => this._annotations(),
        candidate: () => this._object(),
        source: () => this._object(),
        listing: () => this._object(),
        comment: () => this._comments(),
        classification: () => this._classifications()
      } as { [type: string]: (() => Promise<unknown>) | undefined }
    )[event.type];
    if (refresh) {
      void this._try(async () => {
        await refresh();
      });
    }
  }

  private _onLink(_: unknown, state: string): void {
    // whatever came while the link was down is fetched when it is back
    if (state === 'live') {
      if (this._wasLive) {
        void this.load();
      }
      this._wasLive = true;
    }
  }

  private async _try(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      this.set({ failure: '' });
    } catch (error) {
      this.set({ failure: error instanceof Error ? error.message : String(error) });
    }
  }

  private readonly _look: IDisposable;
  private _wasLive: boolean;
}

/** Nothing there (or nothing that one may see) is an answer; anything else is an error. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof DeskError && [400, 403, 404].includes(error.status)) {
      return null;
    }
    throw error;
  }
}
