import { useStore } from '@xyflow/react';
import { type RefObject, useEffect } from 'react';

/** Below this zoom a card shows little more than its name, large. */
const FAR = 0.6;

/** Tells the styles whether the flow is seen from afar. */
export function Distance({ canvas }: { canvas: RefObject<HTMLElement> }): null {
  const far = useStore(state => state.transform[2] < FAR);
  useEffect(() => {
    canvas.current?.classList.toggle('mr-mod-far', far);
  }, [canvas, far]);
  return null;
}
