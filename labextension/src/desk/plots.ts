import type { DeskClient } from './client';
import { Lane, Skipped } from './lane';
import type { CutoutKind, FluxUnit, ILightCurve, ThemeName } from './models';

/** A bounded memory of promises, oldest forgotten first; a failure is not remembered. */
class Memory<T> {
  constructor(private readonly _size: number) {}

  get(key: string, make: () => Promise<T>): Promise<T> {
    const known = this._entries.get(key);
    if (known) {
      this._entries.delete(key);
      this._entries.set(key, known);
      return known;
    }
    const made = make();
    this._entries.set(key, made);
    made.catch(() => this._entries.delete(key));
    if (this._entries.size > this._size) {
      this._entries.delete(this._entries.keys().next().value as string);
    }
    return made;
  }

  private readonly _entries = new Map<string, Promise<T>>();
}

/** Pictures that cards ask for while one scrolls: remembered, so that scrolling back costs nothing. */
export class Pictures {
  constructor(private readonly _client: DeskClient) {}

  /** `version` changes when the object has new points; `wanted` tells whether anybody still looks. */
  lightCurve(
    id: string,
    version: string,
    theme: ThemeName,
    unit: FluxUnit,
    height: number,
    wanted: () => boolean
  ): Promise<ILightCurve> {
    const key = [id, version, theme, unit, height].join(' ');
    const ask = () => this._client.lightCurve(id, theme, unit, height);
    return insist(() => this._curves.get(key, () => this._drawing.run(ask, wanted)), wanted);
  }

  cutout(survey: string, candid: string, kind: CutoutKind, wanted: () => boolean): Promise<string> {
    const ask = async () => dataUrl(await this._client.cutout(survey, candid, kind));
    const key = [survey, candid, kind].join(' ');
    return insist(() => this._cutouts.get(key, () => this._fetching.run(ask, wanted)), wanted);
  }

  private readonly _drawing = new Lane(2);
  private readonly _fetching = new Lane(6);
  private readonly _curves = new Memory<ILightCurve>(200);
  private readonly _cutouts = new Memory<string>(3000);
}

/** Ask again if another asker let it go while this one still wants it. */
async function insist<T>(ask: () => Promise<T>, wanted: () => boolean): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Skipped) || !wanted()) {
        throw error;
      }
    }
  }
}

function dataUrl(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result as string);
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}
