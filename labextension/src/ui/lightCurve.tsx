import * as React from 'react';

import { embed } from '../desk/bokeh';
import type { FluxUnit } from '../desk/models';
import { useDesk, useTheme } from './context';
import { useNear } from './near';

export interface ILightCurveProps {
  id: string;
  /** Changes when the object has new points. */
  version: string;
  height: number;
  unit?: FluxUnit;
}

/** The library's own light curve, drawn while it is near the view. */
export const LightCurve = React.memo(function LightCurve({
  id,
  version,
  height,
  unit = 'mag'
}: ILightCurveProps): JSX.Element {
  const { pictures, trans } = useDesk();
  const theme = useTheme();
  const frame = React.useRef<HTMLDivElement>(null);
  const canvas = React.useRef<HTMLDivElement>(null);
  const near = useNear(frame);
  const [label, setLabel] = React.useState('');
  const [failure, setFailure] = React.useState('');
  const [turn, setTurn] = React.useState(0);

  React.useEffect(() => {
    const node = canvas.current;
    if (!near || !node) {
      return;
    }
    let gone = false;
    let clear: (() => void) | null = null;
    // a new picture is drawn beside the old one, which leaves when it is ready
    const layer = document.createElement('div');
    layer.className = 'jp-nightdesk-LightCurve-layer';
    node.appendChild(layer);
    const draw = async () => {
      try {
        const plot = await pictures.lightCurve(id, version, theme, unit, height, () => !gone);
        if (gone) {
          return;
        }
        const done = await embed(plot.item, layer);
        if (gone) {
          done();
          return;
        }
        clear = done;
        setLabel(plot.label);
        setFailure('');
      } catch (error) {
        if (!gone) {
          setFailure(error instanceof Error ? error.message : String(error));
        }
      }
    };
    void draw();
    return () => {
      gone = true;
      clear?.();
      layer.remove();
    };
  }, [near, id, version, theme, unit, height, pictures, turn]);

  return (
    <div
      ref={frame}
      className="jp-nightdesk-LightCurve"
      style={{ height }}
      role="img"
      aria-label={label || trans.__('Light curve of %1', id)}
    >
      <div ref={canvas} className="jp-nightdesk-LightCurve-canvas" />
      {failure && (
        <div className="jp-nightdesk-LightCurve-failure">
          {failure}{' '}
          <button type="button" className="jp-nightdesk-Link" onClick={() => setTurn(turn + 1)}>
            {trans.__('Try again')}
          </button>
        </div>
      )}
    </div>
  );
});
