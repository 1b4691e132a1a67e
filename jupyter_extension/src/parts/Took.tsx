import { durationText } from '../model/measure';
import { useNow } from './useNow';

interface ITook {
  started: string | null;
  ended: string | null;
  seconds: number | null;
}

/** How long something took, or has taken until now. */
export function Took({ started, ended, seconds }: ITook): JSX.Element | null {
  const now = useNow(started !== null && ended === null);
  if (seconds !== null) {
    return <>{durationText(seconds)}</>;
  }
  return started && !ended ? <>{durationText(Math.max(0, (now - Date.parse(started)) / 1000))}</> : null;
}
