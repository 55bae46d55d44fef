import * as React from 'react';

import type { CutoutKind } from '../desk/models';
import { useDesk } from './context';
import { useNear } from './near';

const KINDS: readonly CutoutKind[] = ['science', 'template', 'difference'];

export interface ICutoutsProps {
  id: string;
  survey: string;
  candid: string;
}

/** Science, template and difference of one alert, every pixel to be seen. */
export const Cutouts = React.memo(function Cutouts({ id, survey, candid }: ICutoutsProps): JSX.Element {
  const { trans } = useDesk();
  const frame = React.useRef<HTMLDivElement>(null);
  const near = useNear(frame, '900px', 60);
  const names: Record<CutoutKind, string> = {
    science: trans.__('Science'),
    template: trans.__('Template'),
    difference: trans.__('Difference')
  };
  return (
    <div ref={frame} className="jp-nightdesk-Cutouts">
      {KINDS.map(kind => (
        <figure key={kind} className="jp-nightdesk-Cutout" data-kind={kind}>
          <Cutout survey={survey} candid={candid} kind={kind} near={near} alt={trans.__('%1 cutout of %2', names[kind], id)} />
          <figcaption>{names[kind]}</figcaption>
        </figure>
      ))}
    </div>
  );
});

interface ICutoutProps {
  survey: string;
  candid: string;
  kind: CutoutKind;
  near: boolean;
  alt: string;
}

function Cutout({ survey, candid, kind, near, alt }: ICutoutProps): JSX.Element {
  const { pictures, trans } = useDesk();
  const [image, setImage] = React.useState<string | null>(null);
  const [missing, setMissing] = React.useState(false);
  React.useEffect(() => {
    if (!near || !candid) {
      return;
    }
    let gone = false;
    setMissing(false);
    pictures.cutout(survey, candid, kind, () => !gone).then(
      url => {
        if (!gone) {
          setImage(url);
        }
      },
      () => {
        if (!gone) {
          setImage(null);
          setMissing(true);
        }
      }
    );
    return () => {
      gone = true;
    };
  }, [near, survey, candid, kind, pictures]);
  if (missing || !candid) {
    return <div className="jp-nightdesk-Cutout-missing">{trans.__('no image')}</div>;
  }
  return image ? (
    <img className="jp-nightdesk-Cutout-image" src={image} alt={alt} draggable={false} />
  ) : (
    <div className="jp-nightdesk-Cutout-waiting" />
  );
}
