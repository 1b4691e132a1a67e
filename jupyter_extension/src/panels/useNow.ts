import { useEffect, useState } from 'react';

/** The time, anew each second while something goes on. */
export function useNow(goesOn: boolean): Date {
  const [now, setNow] = useState(() => new Date());
  useEffect(() => {
    if (!goesOn) {
      return;
    }
    const timer = setInterval(() => setNow(new Date()), 1000);
    return () => clearInterval(timer);
  }, [goesOn]);
  return now;
}
