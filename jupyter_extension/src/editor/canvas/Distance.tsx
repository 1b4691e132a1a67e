import { useStore } from '@xyflow/react';
import { type RefObject, useEffect } from 'react';

import { LEGIBLE } from '../../model/firstSight';

/** Below this zoom a card is a plate with a name and the colour of its state: there is no room for more. */
const TINY = 0.3;

/** Tells the styles from how far the flow is seen. What is left out need not be drawn when the flow is moved. */
export function Distance({ canvas }: { canvas: RefObject<HTMLElement> }): null {
  const far = useStore(state => state.transform[2] < LEGIBLE);
  const tiny = useStore(state => state.transform[2] < TINY);
  useEffect(() => {
    canvas.current?.classList.toggle('mr-mod-far', far);
    canvas.current?.classList.toggle('mr-mod-tiny', tiny);
  }, [canvas, far, tiny]);
  return null;
}
