import type { TranslationBundle } from '@jupyterlab/translation';

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** Right ascension in hours, `12:34:56.78`. */
export function hms(ra: number): string {
  const total = Math.round((((ra % 360) + 360) % 360) * 24000);
  const seconds = (total % 6000) / 100;
  const minutes = Math.floor(total / 6000);
  return `${pad(Math.floor(minutes / 60) % 24)}:${pad(minutes % 60)}:${seconds.toFixed(2).padStart(5, '0')}`;
}

/** Declination in degrees, `+12:34:56.7`. */
export function dms(dec: number): string {
  const total = Math.round(Math.abs(dec) * 36000);
  const seconds = (total % 600) / 10;
  const minutes = Math.floor(total / 600);
  return `${dec < 0 ? '-' : '+'}${pad(Math.floor(minutes / 60))}:${pad(minutes % 60)}:${seconds.toFixed(1).padStart(4, '0')}`;
}

export function degrees(ra: number, dec: number): string {
  return `${ra.toFixed(6)} ${dec >= 0 ? '+' : ''}${dec.toFixed(6)}`;
}

/** `3 s`, `5 min`, `2 h`, `4 d` ago. */
export function ago(iso: string, now: number, trans: TranslationBundle): string {
  const seconds = Math.max(0, (now - Date.parse(utc(iso))) / 1000);
  if (seconds < 60) {
    return trans.__('%1 s ago', Math.floor(seconds));
  }
  if (seconds < 3600) {
    return trans.__('%1 min ago', Math.floor(seconds / 60));
  }
  if (seconds < 48 * 3600) {
    return trans.__('%1 h ago', Math.floor(seconds / 3600));
  }
  return trans.__('%1 d ago', Math.floor(seconds / 86400));
}

/** The marshal's times are UTC, also where they do not say so. */
export function utc(iso: string): string {
  return /(Z|[+-]\d\d:?\d\d)$/.test(iso) ? iso : `${iso}Z`;
}

export function toJd(iso: string): number {
  return Date.parse(utc(iso)) / 86400000 + 2440587.5;
}

export function jdToUtc(jd: number): string {
  return new Date((jd - 2440587.5) * 86400000).toISOString().slice(0, 19).replace('T', ' ');
}

/** Days with as many digits as are worth reading. */
export function days(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}

export function arcsec(value: number): string {
  return value < 10 ? `${value.toFixed(1)}″` : value < 120 ? `${value.toFixed(0)}″` : `${(value / 60).toFixed(1)}′`;
}

export function cell(value: unknown): string {
  if (value === null || value === undefined) {
    return '–';
  }
  if (typeof value === 'number') {
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(6)));
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
