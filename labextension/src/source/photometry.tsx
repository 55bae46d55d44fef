import * as React from 'react';

import type { FluxUnit } from '../desk/models';
import { useDesk } from '../ui/context';
import { LightCurve } from '../ui/lightCurve';
import { useStore } from '../ui/store';
import type { SourceModel } from './model';
import { Section } from './section';

/** The light curve, large, in magnitudes or fluxes. */
export function Photometry({ model }: { model: SourceModel }): JSX.Element {
  const { trans } = useDesk();
  const { alerts } = useStore(model);
  const [unit, setUnit] = React.useState<FluxUnit>('mag');
  const units: [FluxUnit, string][] = [
    ['mag', trans.__('magnitude')],
    ['flux', trans.__('flux')]
  ];
  return (
    <Section
      name="photometry"
      title={trans.__('Light curve')}
      tools={
        <div className="jp-nightdesk-Switch" role="radiogroup" aria-label={trans.__('Unit')}>
          {units.map(([key, label]) => (
            <label key={key} className={key === unit ? 'jp-mod-on' : ''}>
              <input type="radio" name={`unit-${model.id}`} checked={key === unit} onChange={() => setUnit(key)} />
              {label}
            </label>
          ))}
        </div>
      }
    >
      <LightCurve id={model.id} version={`${alerts[0]?.candid ?? ''}-${alerts.length}`} height={340} unit={unit} />
    </Section>
  );
}
