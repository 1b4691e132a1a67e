/** How long something took, as people say it: `0.4 s`, `2 min 3 s`, `1 h 4 min`, `3 d 2 h`. */
export function duration(seconds: number): string {
  if (seconds < 9.95) {
    return `${seconds.toFixed(1)} s`;
  }
  const whole = Math.round(seconds);
  if (whole < 60) {
    return `${whole} s`;
  }
  const [size, unit, next] = UNITS.find(([least]) => whole >= least)!;
  const rest = Math.floor((whole % size) / next[0]);
  return `${Math.floor(whole / size)} ${unit}${rest ? ` ${rest} ${next[1]}` : ''}`;
}

const UNITS: [number, string, [number, string]][] = [
  [86_400, 'd', [3_600, 'h']],
  [3_600, 'h', [60, 'min']],
  [60, 'min', [1, 's']]
];
