import { duration } from '../../model/duration';
import { useNow } from '../useNow';

/** How long something took, or has taken until now. */
export function Took({
  started,
  ended,
  seconds
}: {
  started: string | null;
  ended: string | null;
  seconds: number | null;
}) {
  const now = useNow(started !== null && ended === null);
  if (seconds !== null) {
    return <>{duration(seconds)}</>;
  }
  return started && !ended ? <>{duration(Math.max(0, (now.getTime() - new Date(started).getTime()) / 1000))}</> : null;
}
