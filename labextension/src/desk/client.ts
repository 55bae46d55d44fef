import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';

import type {
  CutoutKind,
  FluxUnit,
  IAlerts,
  IAnnotation,
  ICandidate,
  ICandidatesPage,
  IClassification,
  IComment,
  IFilter,
  IGroup,
  ILightCurve,
  IProfile,
  ISource,
  ITaxonomy,
  ThemeName
} from './models';

/** List on which a person's rejected candidates stand, as in SkyPortal. */
export const REJECTED = 'rejected_candidates';

export class DeskError extends Error {
  constructor(
    message: string,
    readonly status: number
  ) {
    super(message);
  }
}

type Query = Record<string, string | number | boolean | null | undefined>;

/** The marshal, by way of this user's own server. */
export class DeskClient {
  constructor(readonly settings: ServerConnection.ISettings) {}

  profile(): Promise<IProfile> {
    return this._ask('internal/profile');
  }

  async groups(): Promise<IGroup[]> {
    const data = await this._ask<{ user_groups: IGroup[] }>('groups');
    return data.user_groups;
  }

  filters(): Promise<IFilter[]> {
    return this._ask('filters');
  }

  candidates(query: Query): Promise<ICandidatesPage> {
    return this._ask('candidates', { query: { ...query, extras: true } });
  }

  candidate(id: string): Promise<ICandidate> {
    return this._ask(`candidates/${encodeURIComponent(id)}`, { query: { extras: true } });
  }

  source(id: string): Promise<ISource> {
    return this._ask(`sources/${encodeURIComponent(id)}`, { query: { extras: true } });
  }

  async save(id: string, groupIds: readonly number[]): Promise<void> {
    await this._ask('sources', { method: 'POST', body: { id, group_ids: groupIds } });
  }

  async unsave(id: string, groupId: number): Promise<void> {
    await this._ask(`sources/${encodeURIComponent(id)}`, { method: 'DELETE', query: { group_id: groupId } });
  }

  /** Put on the list of rejected candidates; the answer takes it off again. */
  async reject(id: string): Promise<number> {
    const data = await this._ask<{ id: number }>('listing', {
      method: 'POST',
      body: { obj_id: id, list_name: REJECTED }
    });
    return data.id;
  }

  async unreject(id: string, listing: number | null = null): Promise<void> {
    let entry = listing;
    if (entry === null) {
      const all = await this._ask<{ id: number; obj_id: string }[]>('listing', { query: { listName: REJECTED } });
      entry = all.find(one => one.obj_id === id)?.id ?? null;
    }
    if (entry !== null) {
      await this._ask(`listing/${entry}`, { method: 'DELETE' });
    }
  }

  comments(id: string): Promise<IComment[]> {
    return this._ask(`sources/${encodeURIComponent(id)}/comments`);
  }

  async addComment(id: string, text: string): Promise<void> {
    await this._ask(`sources/${encodeURIComponent(id)}/comments`, { method: 'POST', body: { text } });
  }

  async editComment(id: string, comment: number, text: string): Promise<void> {
    await this._ask(`sources/${encodeURIComponent(id)}/comments/${comment}`, { method: 'PUT', body: { text } });
  }

  async deleteComment(id: string, comment: number): Promise<void> {
    await this._ask(`sources/${encodeURIComponent(id)}/comments/${comment}`, { method: 'DELETE' });
  }

  classifications(id: string): Promise<IClassification[]> {
    return this._ask(`sources/${encodeURIComponent(id)}/classifications`);
  }

  async classify(id: string, classification: string, taxonomyId: number, probability: number | null): Promise<void> {
    await this._ask('classification', {
      method: 'POST',
      body: { obj_id: id, classification, taxonomy_id: taxonomyId, probability }
    });
  }

  async declassify(classification: number): Promise<void> {
    await this._ask(`classification/${classification}`, { method: 'DELETE' });
  }

  taxonomies(): Promise<ITaxonomy[]> {
    return this._ask('taxonomy');
  }

  annotations(id: string): Promise<IAnnotation[]> {
    return this._ask(`sources/${encodeURIComponent(id)}/annotations`);
  }

  alerts(id: string, survey: string): Promise<IAlerts> {
    return this._ask(`alerts/${encodeURIComponent(id)}`, { query: { survey } });
  }

  async select(ids: readonly string[]): Promise<void> {
    await this._ask('desk/selection', { method: 'PUT', body: { ids } });
  }

  async cutout(survey: string, candid: string, kind: CutoutKind): Promise<Blob> {
    const response = await this._fetch(`api/cutouts/${survey}/${candid}/${kind}/png`);
    if (!response.ok) {
      throw await failure(response);
    }
    return response.blob();
  }

  async lightCurve(id: string, theme: ThemeName, unit: FluxUnit, height: number): Promise<ILightCurve> {
    const response = await this._fetch('plots/light-curve', { query: { obj_id: id, theme, unit, height } });
    if (!response.ok) {
      throw await failure(response);
    }
    return response.json();
  }

  private async _ask<T>(path: string, options: { method?: string; query?: Query; body?: unknown } = {}): Promise<T> {
    const response = await this._fetch(`api/${path}`, options);
    if (!response.ok) {
      throw await failure(response);
    }
    const envelope = await response.json();
    return envelope.data as T;
  }

  private async _fetch(
    path: string,
    options: { method?: string; query?: Query; body?: unknown } = {}
  ): Promise<Response> {
    const url = new URL(URLExt.join(this.settings.baseUrl, 'nightdesk', path));
    for (const [name, value] of Object.entries(options.query ?? {})) {
      if (value !== null && value !== undefined && value !== '') {
        url.searchParams.set(name, String(value));
      }
    }
    const init: RequestInit = { method: options.method ?? 'GET' };
    if (options.body !== undefined) {
      init.body = JSON.stringify(options.body);
      init.headers = { 'Content-Type': 'application/json' };
    }
    try {
      return await ServerConnection.makeRequest(url.toString(), init, this.settings);
    } catch (error) {
      throw new DeskError(error instanceof Error ? error.message : String(error), 0);
    }
  }
}

async function failure(response: Response): Promise<DeskError> {
  let message = response.statusText;
  try {
    message = (await response.json()).message || message;
  } catch {
    // a proxy in between answers HTML: its status line says enough
  }
  return new DeskError(message, response.status);
}
