import * as React from 'react';

import { flatMatches } from '../desk/models';
import { useDesk } from '../ui/context';
import { arcsec, cell } from '../ui/format';
import { useStore } from '../ui/store';
import type { SourceModel } from './model';
import { Section } from './section';

const KNOWN = new Set(['_id', 'ra', 'dec', 'distance_arcsec']);

/** What catalogues have at this place, nearest first. */
export function CrossMatchTable({ model }: { model: SourceModel }): JSX.Element {
  const { trans } = useDesk();
  const { matches } = useStore(model);
  const rows = flatMatches(matches);
  return (
    <Section name="crossmatches" title={trans.__('Cross-matches')}>
      {rows.length ? (
        <div className="jp-nightdesk-Wide">
          <table className="jp-nightdesk-Table">
            <thead>
              <tr>
                <th>{trans.__('catalogue')}</th>
                <th>{trans.__('id')}</th>
                <th className="jp-mod-number">{trans.__('distance')}</th>
                <th>{trans.__('columns')}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map(({ catalogue, match }, index) => (
                <tr key={index}>
                  <td>{catalogue}</td>
                  <td className="jp-mod-code">{cell(match._id)}</td>
                  <td className="jp-mod-number">
                    {match.distance_arcsec === undefined ? '–' : arcsec(match.distance_arcsec)}
                  </td>
                  <td className="jp-mod-columns">
                    {Object.entries(match)
                      .filter(([name, value]) => !KNOWN.has(name) && value !== null)
                      .map(([name, value]) => (
                        <span key={name}>
                          {name} <b>{cell(value)}</b>
                        </span>
                      ))}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p className="jp-nightdesk-Faint">
          {trans.__('No loaded catalogue has anything here. Load one with “nightdesk catalogs load”.')}
        </p>
      )}
    </Section>
  );
}
