import * as React from 'react';

import { flatMatches, type CrossMatches } from '../desk/models';
import { useDesk } from './context';
import { arcsec, days } from './format';

export interface IBadgeProps {
  kind: string;
  title?: string;
  children: React.ReactNode;
}

export function Badge({ kind, title, children }: IBadgeProps): JSX.Element {
  return (
    <span className={`jp-nightdesk-Badge jp-mod-${kind}`} data-badge={kind} title={title}>
      {children}
    </span>
  );
}

export interface IMeasuresProps {
  band: string | null;
  magpsf: number | null;
  score: number | null;
  nDet: number | null;
  ageDays: number | null;
}

/** The numbers one decides by, always in the same order. */
export function Measures({ band, magpsf, score, nDet, ageDays }: IMeasuresProps): JSX.Element {
  const { trans } = useDesk();
  return (
    <>
      {magpsf !== null && (
        <Badge kind="magnitude" title={trans.__('AB magnitude and band of the alert')}>
          <span className="jp-nightdesk-Band" data-band={band ?? ''} aria-hidden="true" />
          {band} <b>{magpsf.toFixed(2)}</b>
        </Badge>
      )}
      {score !== null && (
        <Badge kind="score" title={trans.__('Real/bogus score, 0 to 1')}>
          {trans.__('RB')} <b>{score.toFixed(2)}</b>
          <span className="jp-nightdesk-Meter" aria-hidden="true">
            <span style={{ width: `${Math.max(0, Math.min(1, score)) * 100}%` }} />
          </span>
        </Badge>
      )}
      {nDet !== null && (
        <Badge kind="detections" title={trans.__('Detections of this object so far')}>
          <b>{nDet}</b> {trans._n('detection', 'detections', nDet)}
        </Badge>
      )}
      {ageDays !== null && (
        <Badge kind="age" title={trans.__('Days from the first detection to the last')}>
          {trans.__('age')} <b>{trans.__('%1 d', days(Math.max(0, ageDays)))}</b>
        </Badge>
      )}
    </>
  );
}

/** The nearest match of every catalogue. */
export function Matches({ matches, limit = 4 }: { matches: CrossMatches | null; limit?: number }): JSX.Element | null {
  const { trans } = useDesk();
  const seen = new Set<string>();
  const nearest = flatMatches(matches).filter(({ catalogue }) => !seen.has(catalogue) && seen.add(catalogue));
  if (!nearest.length) {
    return null;
  }
  return (
    <>
      {nearest.slice(0, limit).map(({ catalogue, match }) => (
        <Badge key={catalogue} kind="match" title={trans.__('Nearest match in %1: %2', catalogue, String(match._id ?? ''))}>
          {catalogue.replace(/_/g, ' ')}
          {match.distance_arcsec !== undefined && <b> {arcsec(match.distance_arcsec)}</b>}
        </Badge>
      ))}
      {nearest.length > limit && <Badge kind="match">{trans.__('%1 more', nearest.length - limit)}</Badge>}
    </>
  );
}
