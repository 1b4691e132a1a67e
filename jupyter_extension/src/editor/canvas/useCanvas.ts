import { useStore } from 'zustand';

import { useEditor } from '../context';
import { canvasOf, type ICanvasState } from './state';

export function useCanvas<T>(select: (state: ICanvasState) => T): T {
  return useStore(canvasOf(useEditor()).store, select);
}
