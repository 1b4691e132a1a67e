import type { TranslationBundle } from '@jupyterlab/translation';

/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`, `3 d 2 h`: short enough for a label, in units that all languages share. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const [size, unit, next, nextUnit] = TIMES.find(([least]) => whole >= least)!;
  const rest = Math.floor((whole % size) / next);
  return `${Math.floor(whole / size)} ${unit}${rest ? ` ${rest} ${nextUnit}` : ''}`;
}

const TIMES: readonly (readonly [number, string, number, string])[] = [
  [86_400, 'd', 3_600, 'h'],
  [3_600, 'h', 60, 'min'],
  [60, 'min', 1, 's']
];

const SIZES = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `512 B`, `1.2 MB`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(SIZES.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power && value < 99.5 ? value.toFixed(1) : Math.round(value)} ${SIZES[power]}`;
}

/** A number in JupyterLab's language: `1,204`. Without naming it, machines in the C locale would group no digits. */
export function numberText(value: number): string {
  return value.toLocaleString(document.documentElement.lang || navigator.language);
}

/** `1,204 rows`. */
export function rowsText(trans: TranslationBundle, rows: number): string {
  // The bundle's first argument is the bare number.
  return trans._n('%2 row', '%2 rows', rows, numberText(rows));
}
