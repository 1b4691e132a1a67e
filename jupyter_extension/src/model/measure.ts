/** `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`: short enough for a label, in units that all languages share. */
export function durationText(seconds: number): string {
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const minutes = Math.floor(whole / 60);
  return minutes < 60 ? `${minutes} min ${whole % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const UNITS = ['B', 'kB', 'MB', 'GB', 'TB'];

/** `512 B`, `1.2 MB`. */
export function sizeText(bytes: number): string {
  const power = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log10(bytes) / 3));
  const value = bytes / 1000 ** power;
  return `${power && value < 99.5 ? value.toFixed(1) : Math.round(value)} ${UNITS[power]}`;
}

/** A number in JupyterLab's language: `1,204`. Without naming it, machines in the C locale would group no digits. */
export function numberText(value: number): string {
  return value.toLocaleString(document.documentElement.lang || navigator.language);
}
