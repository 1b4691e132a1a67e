import { fullTime, shortTime } from '../model/moment';

/** A time by the viewer's clock; more of it where the pointer rests. */
export function When({ time, full = false }: { time: string | null | undefined; full?: boolean }): JSX.Element | null {
  if (!time) {
    return null;
  }
  const at = new Date(time);
  return (
    <time dateTime={time} title={fullTime(at)}>
      {full ? fullTime(at) : shortTime(at, new Date())}
    </time>
  );
}
