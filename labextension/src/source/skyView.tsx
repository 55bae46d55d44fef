import * as React from 'react';

import { flatMatches } from '../desk/models';
import { useDesk } from '../ui/context';
import { arcsec } from '../ui/format';
import { useStore } from '../ui/store';
import type { SourceModel } from './model';
import { Section } from './section';

const RADII = [2, 5, 10, 30, 60, 120, 300, 600, 1800];
const SIZE = 130;

/** The place on the sky, with what catalogues have near it: north up, east left, no outside network. */
export function SkyView({ model }: { model: SourceModel }): JSX.Element | null {
  const { trans } = useDesk();
  const { ra, dec, matches, alerts } = useStore(model);
  const [lit, setLit] = React.useState(-1);
  if (ra === null || dec === null) {
    return null;
  }
  const offset = (ra2: number, dec2: number): [number, number] => [
    ((((ra2 - ra + 540) % 360) - 180) * Math.cos((dec * Math.PI) / 180)) * 3600,
    (dec2 - dec) * 3600
  ];
  const points = flatMatches(matches).flatMap(({ catalogue, match }) =>
    typeof match.ra === 'number' && typeof match.dec === 'number'
      ? [{ catalogue, match, at: offset(match.ra, match.dec) }]
      : []
  );
  const detections = alerts.flatMap(({ candidate }) =>
    typeof candidate.ra === 'number' && typeof candidate.dec === 'number' ? [offset(candidate.ra, candidate.dec)] : []
  );
  const farthest = Math.max(1.5, ...points.map(({ at }) => Math.hypot(...at)), ...detections.map(at => Math.hypot(...at)));
  const radius = RADII.find(one => one >= farthest * 1.15) ?? farthest * 1.15;
  const scale = (SIZE - 14) / radius;
  const place = ([east, north]: [number, number]) => ({ cx: -east * scale, cy: -north * scale });
  const rings = [radius / 2, radius];
  return (
    <Section name="sky" title={trans.__('Sky')}>
      <div className="jp-nightdesk-Sky">
        <svg
          viewBox={`${-SIZE} ${-SIZE} ${2 * SIZE} ${2 * SIZE}`}
          role="img"
          aria-label={trans._n(
            'Sky around %2: %1 catalogue match within %3',
            'Sky around %2: %1 catalogue matches within %3',
            points.length,
            model.id,
            arcsec(radius)
          )}
        >
          {rings.map(ring => (
            <g key={ring}>
              <circle className="jp-nightdesk-Sky-ring" r={ring * scale} />
              <text className="jp-nightdesk-Sky-scale" x={3} y={ring * scale - 3}>
                {arcsec(ring)}
              </text>
            </g>
          ))}
          <path className="jp-nightdesk-Sky-axis" d={`M0 ${-SIZE + 13}V${SIZE - 13}M${-SIZE + 13} 0H${SIZE - 13}`} />
          <text className="jp-nightdesk-Sky-pole" y={-SIZE + 9}>
            {trans._p('north on a sky chart', 'N')}
          </text>
          <text className="jp-nightdesk-Sky-pole" x={-SIZE + 6} y={3}>
            {trans._p('east on a sky chart', 'E')}
          </text>
          {detections.map((at, index) => (
            <circle key={index} className="jp-nightdesk-Sky-detection" r={1.6} {...place(at)} />
          ))}
          {points.map(({ catalogue, match, at }, index) => (
            <circle
              key={index}
              className={`jp-nightdesk-Sky-match ${index === lit ? 'jp-mod-lit' : ''}`}
              r={5}
              {...place(at)}
              onMouseEnter={() => setLit(index)}
              onMouseLeave={() => setLit(-1)}
            >
              <title>{`${catalogue} ${match._id ?? ''} ${arcsec(Math.hypot(...at))}`}</title>
            </circle>
          ))}
          {lit >= 0 && points[lit] && (
            <text className="jp-nightdesk-Sky-label" y={SIZE - 3}>
              {points[lit].catalogue} {arcsec(Math.hypot(...points[lit].at))}
            </text>
          )}
          <path className="jp-nightdesk-Sky-target" d="M-13 0h7M6 0h7M0 -13v7M0 6v7" />
        </svg>
      </div>
      <p className="jp-nightdesk-Faint">
        {trans.__('+ the object, · its alerts, ○ catalogue matches')}
      </p>
    </Section>
  );
}
