/** Times, as the viewer's clock and calendar have them. */

/** `14:03:22` today, `25 Nov, 14:03` this year, with the year otherwise. */
export function shortTime(time: Date, now: Date, locale?: string, zone?: string): string {
  const day = (one: Date) => one.toLocaleDateString(locale, { timeZone: zone });
  if (day(time) === day(now)) {
    return time.toLocaleTimeString(locale, { timeZone: zone, hourCycle: 'h23' });
  }
  const year = time.getFullYear() === now.getFullYear() ? undefined : 'numeric';
  return new Intl.DateTimeFormat(locale, {
    year,
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone
  }).format(time);
}

/** With the weekday and the zone: `Mon, 30 Nov 2026, 07:00 CET`. */
export function fullTime(time: Date, locale?: string, zone?: string): string {
  return new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: zone && isKnown(zone) ? zone : undefined,
    timeZoneName: 'short'
  }).format(time);
}

/** Whether the browser knows a zone; the service may know newer ones. */
function isKnown(zone: string): boolean {
  try {
    return Boolean(new Intl.DateTimeFormat(undefined, { timeZone: zone }));
  } catch {
    return false;
  }
}

/** The zone of the viewer's clock, such as `Europe/Berlin`. */
export function viewersZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';
}

/** What an `<input type="datetime-local">` holds, for a time; and back. */
export function localInput(iso: string | null | undefined): string {
  if (!iso) {
    return '';
  }
  const time = new Date(iso);
  return new Date(time.getTime() - time.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function fromLocalInput(text: string): string | null {
  return text ? new Date(text).toISOString() : null;
}
