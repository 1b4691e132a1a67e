/** Schedules that people choose by a form, and the cron fields that say the same. */

export type Repeat = 'hour' | 'day' | 'weekday' | 'week' | 'month' | 'every' | 'cron';

export interface IRepeat {
  readonly repeat: Repeat;
  /** `07:00`; of an hour, the minute alone counts. */
  readonly time: string;
  /** 1 is Monday, 7 Sunday. */
  readonly weekday: number;
  readonly day: number;
  /** Five fields, for `cron`. */
  readonly cron: string;
  /** For `every`. */
  readonly minutes: number;
}

export const FIRST_REPEAT: IRepeat = {
  repeat: 'weekday',
  time: '07:00',
  weekday: 1,
  day: 1,
  cron: '0 7 * * MON-FRI',
  minutes: 15
};

const DAYS = ['MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT', 'SUN'];

/** The part of a schedule that says when: cron fields, or an interval in seconds. */
export function whenOf(repeat: IRepeat): { cron: string } | { every: number } {
  return repeat.repeat === 'every' ? { every: Math.round(repeat.minutes * 60) } : { cron: cronOf(repeat) };
}

export function cronOf({ repeat, time, weekday, day, cron }: IRepeat): string {
  const [hour, minute] = time.split(':').map(part => Number(part) || 0);
  const at = `${minute ?? 0} ${hour}`;
  const forms: Partial<Record<Repeat, string>> = {
    hour: `${minute ?? 0} * * * *`,
    day: `${at} * * *`,
    weekday: `${at} * * MON-FRI`,
    week: `${at} * * ${DAYS[weekday - 1]}`,
    month: `${at} ${day} * *`
  };
  return forms[repeat] ?? cron.trim();
}

/** The form's fields for a schedule; those that no choice says are left as cron fields. */
export function repeatOf(schedule: { cron?: string; every?: number | null }): IRepeat {
  if (schedule.every) {
    return { ...FIRST_REPEAT, repeat: 'every', minutes: schedule.every / 60 };
  }
  const cron = (schedule.cron ?? '').trim();
  const raw: IRepeat = { ...FIRST_REPEAT, repeat: 'cron', cron };
  const [minute, hour, day, month, weekday, ...more] = cron.split(/\s+/);
  if (more.length || month !== '*' || !isUpTo(minute, 59) || !(isUpTo(hour, 23) || hour === '*')) {
    return raw;
  }
  const time = `${(hour === '*' ? '00' : hour).padStart(2, '0')}:${minute.padStart(2, '0')}`;
  const found = { ...raw, time };
  const days = DAYS.indexOf(weekday.toUpperCase());
  if (hour === '*') {
    return day === '*' && weekday === '*' ? { ...found, repeat: 'hour' } : raw;
  }
  if (day !== '*') {
    return isUpTo(day, 31) && weekday === '*' ? { ...found, repeat: 'month', day: Number(day) } : raw;
  }
  if (weekday === '*') {
    return { ...found, repeat: 'day' };
  }
  if (['MON-FRI', '1-5'].includes(weekday.toUpperCase())) {
    return { ...found, repeat: 'weekday' };
  }
  return days >= 0 ? { ...found, repeat: 'week', weekday: days + 1 } : raw;
}

function isUpTo(text: string, most: number): boolean {
  return /^\d{1,2}$/.test(text) && Number(text) <= most;
}
