/** What the marshal answers; field names are its own. */

export interface IGroup {
  id: number;
  name: string;
  nickname?: string | null;
  single_user_group?: boolean;
}

export interface IFilter {
  id: number;
  name: string;
  group_id: number;
  survey?: string;
  active?: boolean;
}

export interface IProfile {
  id: number;
  username: string;
}

export interface IAuthor {
  id?: number;
  username: string;
}

export interface IComment {
  id: number;
  obj_id: string;
  text: string;
  author: IAuthor;
  created_at: string;
  modified?: string | null;
  bot?: boolean;
}

export interface ICrossMatch {
  _id?: string | number;
  ra?: number;
  dec?: number;
  distance_arcsec?: number;
  [column: string]: unknown;
}

export type CrossMatches = Record<string, ICrossMatch | ICrossMatch[] | null>;

export interface ICandidate {
  id: string;
  ra: number;
  dec: number;
  survey: string;
  last_detected_at: string | null;
  passing_alert_id: string;
  passed_at: string;
  filter_ids: number[];
  passing_group_ids?: number[];
  band: string | null;
  magpsf: number | null;
  score: number | null;
  n_det: number | null;
  first_jd: number | null;
  is_source: boolean;
  saved_groups: IGroup[];
  rejected: boolean;
  cross_matches: CrossMatches | null;
  n_comments: number;
  comments: IComment[];
}

export interface ICandidatesPage {
  candidates: ICandidate[];
  totalMatches: number;
  pageNumber: number;
  numPerPage: number;
}

export interface IClassification {
  id: number;
  classification: string;
  taxonomy_id: number;
  probability: number | null;
  author_name?: string;
  author?: IAuthor;
  ml?: boolean;
  created_at?: string;
}

export interface ITaxonomyNode {
  class: string;
  subclasses?: ITaxonomyNode[];
}

export interface ITaxonomy {
  id: number;
  name: string;
  hierarchy: ITaxonomyNode;
}

export interface IAnnotation {
  id: number;
  origin: string;
  data: Record<string, unknown>;
}

export interface IAlert {
  candid: string;
  objectId: string;
  candidate: Record<string, unknown> & { jd?: number };
  jd?: number;
  coordinates?: { radec_str?: [string, string]; l?: number; b?: number };
}

export interface IAlerts {
  alerts: IAlert[];
  aux: { cross_matches?: CrossMatches; ra?: number; dec?: number } | null;
}

export interface ISource {
  id: string;
  ra: number;
  dec: number;
  redshift?: number | null;
  alias?: string[] | null;
  gal_lon?: number | null;
  gal_lat?: number | null;
  groups?: IGroup[];
}

/** What the marshal says when something changed. */
export interface IDeskEvent {
  type:
    | 'annotation'
    | 'candidate'
    | 'classification'
    | 'comment'
    | 'desk'
    | 'followup_request'
    | 'hello'
    | 'link'
    | 'listing'
    | 'notification'
    | 'photometry'
    | 'presence'
    | 'source'
    | 'spectrum';
  action?: 'insert' | 'update' | 'delete';
  obj_id?: string;
  /** For a candidate, its card; for a presence, the people. */
  data?: unknown;
  state?: 'up' | 'down';
  message?: string;
}

export type CutoutKind = 'science' | 'template' | 'difference';
export type ThemeName = 'light' | 'dark';
export type FluxUnit = 'mag' | 'flux';

export interface ILightCurve {
  item: unknown;
  label: string;
}

/** All matches of all catalogues, nearest first. */
export function flatMatches(matches: CrossMatches | null | undefined): { catalogue: string; match: ICrossMatch }[] {
  return Object.entries(matches ?? {})
    .flatMap(([catalogue, found]) =>
      (Array.isArray(found) ? found : found ? [found] : []).map(match => ({ catalogue, match }))
    )
    .sort((a, b) => (a.match.distance_arcsec ?? Infinity) - (b.match.distance_arcsec ?? Infinity));
}
