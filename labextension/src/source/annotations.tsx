import * as React from 'react';

import { useDesk } from '../ui/context';
import { cell } from '../ui/format';
import { useStore } from '../ui/store';
import type { SourceModel } from './model';
import { Section } from './section';

/** What programs wrote about the object. */
export function Annotations({ model }: { model: SourceModel }): JSX.Element | null {
  const { trans } = useDesk();
  const { annotations } = useStore(model);
  if (!annotations.length) {
    return null;
  }
  return (
    <Section name="annotations" title={trans.__('Annotations')}>
      {annotations.map(one => (
        <div key={one.id}>
          <h3>{one.origin}</h3>
          <dl className="jp-nightdesk-Facts">
            {Object.entries(one.data).map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{cell(value)}</dd>
              </div>
            ))}
          </dl>
        </div>
      ))}
    </Section>
  );
}
