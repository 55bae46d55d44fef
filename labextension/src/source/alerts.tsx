import * as React from 'react';

import { useDesk } from '../ui/context';
import { Cutouts } from '../ui/cutouts';
import { cell, jdToUtc } from '../ui/format';
import { useStore } from '../ui/store';
import { Button } from '../ui/button';
import type { SourceModel } from './model';
import { Section } from './section';

const FACTS = ['magpsf', 'sigmapsf', 'drb', 'rb', 'fwhm', 'diffmaglim', 'distnr', 'sgscore1', 'psfFlux', 'snr', 'reliability'];

/** Cutouts alert by alert, newest first. */
export function Alerts({ model }: { model: SourceModel }): JSX.Element {
  const { trans } = useDesk();
  const { alerts, survey } = useStore(model);
  const [candid, setCandid] = React.useState('');
  const at = Math.max(
    0,
    alerts.findIndex(one => one.candid === candid)
  );
  const alert = alerts[at];
  if (!alert) {
    return (
      <Section name="alerts" title={trans.__('Cutouts')}>
        <p className="jp-nightdesk-Faint">{trans.__('No alert of this object is in the archive.')}</p>
      </Section>
    );
  }
  const jd = alert.jd ?? alert.candidate.jd;
  const step = (by: number) => setCandid(alerts[Math.min(alerts.length - 1, Math.max(0, at + by))].candid);
  return (
    <Section
      name="alerts"
      title={trans.__('Cutouts')}
      tools={
        <div className="jp-nightdesk-Stepper">
          <Button tone="quiet" aria-label={trans.__('Earlier alert')} disabled={at >= alerts.length - 1} onClick={() => step(1)}>
            ‹
          </Button>
          <span aria-live="polite">{trans.__('alert %1 of %2', alerts.length - at, alerts.length)}</span>
          <Button tone="quiet" aria-label={trans.__('Later alert')} disabled={at <= 0} onClick={() => step(-1)}>
            ›
          </Button>
        </div>
      }
    >
      <Cutouts id={model.id} survey={survey} candid={alert.candid} />
      <dl className="jp-nightdesk-Facts">
        <div>
          <dt>{trans.__('time (UTC)')}</dt>
          <dd>{typeof jd === 'number' ? jdToUtc(jd) : '–'}</dd>
        </div>
        <div>
          <dt>{trans.__('candid')}</dt>
          <dd>{alert.candid}</dd>
        </div>
        {FACTS.filter(name => alert.candidate[name] !== undefined && alert.candidate[name] !== null).map(name => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{cell(alert.candidate[name])}</dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}
