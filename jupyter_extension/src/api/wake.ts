const BEAT = 10_000;
/** Browsers let a hidden tab's timers run once a minute. */
const SLEPT = 100_000;

/** Acts when the computer has slept, or has its network back: what was connected may lead nowhere, and nobody says so. */
export function onWake(act: () => void): void {
  let seen = Date.now();
  setInterval(() => {
    const slept = Date.now() - seen > SLEPT;
    seen = Date.now();
    if (slept) {
      act();
    }
  }, BEAT);
  window.addEventListener('online', act);
}
