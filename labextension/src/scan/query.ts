import type { ICandidate } from '../desk/models';

export type SortKey = 'passed_at' | 'score' | 'magpsf' | 'n_det' | 'first_jd';

export interface IScanQuery {
  groupId: number | null;
  filterId: number | null;
  survey: string;
  /** Length of the time window that ends now; null: all time. */
  hours: number | null;
  minScore: number;
  sortBy: SortKey;
  hideSaved: boolean;
  hideRejected: boolean;
}

export const DEFAULT_QUERY: IScanQuery = {
  groupId: null,
  filterId: null,
  survey: '',
  hours: 24,
  minScore: 0,
  sortBy: 'passed_at',
  hideSaved: false,
  hideRejected: true
};

export const PAGE = 50;

const HOUR = 3600 * 1000;

/** The query as the marshal wants it. */
export function parameters(query: IScanQuery, page: number): Record<string, string | number | null> {
  return {
    groupIDs: query.groupId,
    filterIDs: query.filterId,
    survey: query.survey,
    startDate: query.hours === null ? null : new Date(Date.now() - query.hours * HOUR).toISOString(),
    minScore: query.minScore || null,
    savedStatus: !query.hideSaved
      ? 'all'
      : query.groupId === null
        ? 'notSavedToAnyAccessible'
        : 'notSavedToAnySelected',
    listNameReject: query.hideRejected ? 'rejected_candidates' : null,
    sortBy: query.sortBy,
    sortOrder: query.sortBy === 'magpsf' ? 'asc' : 'desc',
    pageNumber: page,
    numPerPage: PAGE
  };
}

/** Whether a candidate that came in live belongs on the list. */
export function matches(
  candidate: ICandidate,
  query: IScanQuery,
  groupOfFilter: ReadonlyMap<number, number>,
  now = Date.now()
): boolean {
  const filters = candidate.filter_ids;
  return (
    (query.filterId === null || filters.includes(query.filterId)) &&
    (query.groupId === null ||
      (candidate.passing_group_ids ?? filters.map(id => groupOfFilter.get(id))).includes(query.groupId)) &&
    (!query.survey || candidate.survey === query.survey) &&
    (query.hours === null || Date.parse(zoned(candidate.passed_at)) >= now - query.hours * HOUR) &&
    (!query.minScore || (candidate.score ?? 0) >= query.minScore) &&
    !(query.hideRejected && candidate.rejected) &&
    !(query.hideSaved && isSaved(candidate, query.groupId))
  );
}

export function isSaved(candidate: ICandidate, groupId: number | null): boolean {
  return groupId === null
    ? candidate.saved_groups.length > 0
    : candidate.saved_groups.some(group => group.id === groupId);
}

function zoned(iso: string): string {
  return /(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`;
}

/** Order of the list; equal ones newest first. */
export function compare(query: IScanQuery): (a: ICandidate, b: ICandidate) => number {
  const newest = (a: ICandidate, b: ICandidate) => b.passed_at.localeCompare(a.passed_at) || a.id.localeCompare(b.id);
  const key = query.sortBy;
  if (key === 'passed_at') {
    return newest;
  }
  const sign = key === 'magpsf' ? 1 : -1;
  return (a, b) => {
    const [x, y] = [a[key], b[key]];
    if (x === null || y === null) {
      return x === y ? newest(a, b) : x === null ? 1 : -1;
    }
    return sign * (x - y) || newest(a, b);
  };
}
