import { useReactFlow, useStoreApi } from '@xyflow/react';
import { type RefObject, useEffect } from 'react';

import type { IPoint } from '../../model/grid';
import { useEditor } from '../context';
import { select } from './actions/select';
import { currentCards } from './cards';
import { canvasOf, type ISurface } from './state';

/** How often a card that comes into sight is looked for, once a frame. */
const LOOKS = 20;

/** Tells others how to act on the drawn canvas. */
export function SurfaceBinder({ canvas }: { canvas: RefObject<HTMLElement> }): null {
  const editor = useEditor();
  const flow = useReactFlow();
  const store = useStoreApi();
  useEffect(() => {
    const node = canvas.current!;
    let pointer: IPoint | null = null;
    let frame = 0;
    const onMove = (event: PointerEvent) => {
      pointer = { x: event.clientX, y: event.clientY };
    };
    const onLeave = () => {
      pointer = null;
    };
    node.addEventListener('pointermove', onMove);
    node.addEventListener('pointerleave', onLeave);
    const duration = matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : 150;
    const surface: ISurface = {
      fit: () => void flow.fitView({ maxZoom: 1, padding: 0.1, duration }),
      reveal: id => {
        select(editor, [id]);
        surface.focus(id);
      },
      show: id => {
        select(editor, [id]);
        bringIntoSight(id);
      },
      toFlow: point => flow.screenToFlowPosition(point, { snapToGrid: false }),
      toClient: point => flow.flowToScreenPosition(point),
      centre: () => {
        const box = node.getBoundingClientRect();
        return { x: box.left + box.width / 2, y: box.top + box.height / 2 };
      },
      pointer: () => pointer,
      zoom: to => void (to === 'actual' ? flow.zoomTo(1) : to === 'in' ? flow.zoomIn() : flow.zoomOut()),
      focus: id => {
        cancelAnimationFrame(frame); // whoever asks later knows better
        if (id === undefined) {
          node.focus({ preventScroll: true });
        } else {
          bringIntoSight(id);
          focusLater(id, LOOKS);
        }
      },
      // What the pane shows now goes away when another node was selected just before.
      focusSettings: () => void requestAnimationFrame(() => focusSettings(node)),
      focused: () => {
        const active = document.activeElement;
        const id = node.contains(active) ? active?.closest('.react-flow__node')?.getAttribute('data-id') : null;
        return id ?? null;
      }
    };
    const boxOfMark = (id: string) => {
      const drawn = flow.getNode(id);
      return drawn && { ...drawn.position, width: drawn.width ?? 0, height: drawn.height ?? 0 };
    };
    const bringIntoSight = (id: string) => {
      const card = currentCards(editor).get(id) ?? boxOfMark(id);
      const { transform, width, height } = store.getState();
      const [x, y, zoom] = transform;
      const inSight = (at: number, size: number, offset: number, room: number) =>
        at * zoom + offset >= 0 && (at + size) * zoom + offset <= room;
      if (card && !(inSight(card.x, card.width, x, width) && inSight(card.y, card.height, y, height))) {
        void flow.setCenter(card.x + card.width / 2, card.y + card.height / 2, { zoom, duration });
      }
    };
    /** A new card, or one out of sight, is drawn a moment later. */
    const focusLater = (id: string, looks: number) => {
      const card = node.querySelector<HTMLElement>(`[data-id="${CSS.escape(id)}"]`);
      if (card) {
        card.focus({ preventScroll: true });
      } else if (looks) {
        frame = requestAnimationFrame(() => focusLater(id, looks - 1));
      }
    };
    canvasOf(editor).surface = surface;
    editor.view.current = surface;
    return () => {
      cancelAnimationFrame(frame);
      node.removeEventListener('pointermove', onMove);
      node.removeEventListener('pointerleave', onLeave);
      canvasOf(editor).surface = null;
      editor.view.current = null;
    };
  }, [canvas, editor, flow, store]);
  return null;
}

function focusSettings(canvas: HTMLElement): void {
  const pane = canvas.closest('.mr-Editor')?.querySelector<HTMLElement>('.mr-Settings');
  const field = pane?.querySelector<HTMLElement>('input, textarea, select, [contenteditable="true"], button');
  pane?.setAttribute('tabindex', '-1');
  (field ?? pane)?.focus();
}
