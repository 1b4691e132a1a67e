import { type DragEvent, useEffect, useMemo, type RefObject } from 'react';

import type { Edge } from '../../model/flow';
import { edgeIds } from '../../model/graph';
import { type IEditor, useEditor } from '../context';
import { COMPONENT_TYPE } from '../palette/componentType';
import { addFiles, addOffer } from './actions/add';
import { hint } from './actions/select';
import { canvasOf } from './state';
import { upload } from './upload';

const CONTENTS_TYPE = 'application/x-jupyter-icontents';

/** What a drag of JupyterLab's own carries. */
interface ILuminoDrag extends globalThis.MouseEvent {
  readonly mimeData: { hasData(type: string): boolean; getData(type: string): unknown };
  readonly supportedActions: string;
  readonly proposedAction: string;
  dropAction: string;
}

interface IDrops {
  onDragOver: (event: DragEvent) => void;
  onDrop: (event: DragEvent) => void;
}

/** What can be dropped on the canvas: components, files of JupyterLab's file browser, files of the desktop. */
export function useDrops(canvas: RefObject<HTMLElement>): IDrops {
  const editor = useEditor();
  useEffect(() => {
    const node = canvas.current;
    const listener = (event: Event) => onLuminoDrag(editor, event as ILuminoDrag);
    const types = ['lm-dragenter', 'lm-dragover', 'lm-drop'];
    types.forEach(type => node?.addEventListener(type, listener));
    return () => types.forEach(type => node?.removeEventListener(type, listener));
  }, [editor, canvas]);
  return useMemo(
    () => ({
      onDragOver: event => {
        event.preventDefault();
        event.dataTransfer.dropEffect = 'copy';
      },
      onDrop: event => {
        event.preventDefault();
        void drop(editor, event);
      }
    }),
    [editor]
  );
}

async function drop(editor: IEditor, event: DragEvent): Promise<void> {
  const client = { x: event.clientX, y: event.clientY };
  const at = canvasOf(editor).surface!.toFlow(client);
  const component = event.dataTransfer.getData(COMPONENT_TYPE);
  const files = [...event.dataTransfer.files];
  if (component) {
    addOffer(editor, component, at, wireUnder(editor, client));
  } else if (files.length) {
    hint(editor, editor.trans.__('Uploading %1…', files.map(file => file.name).join(', ')));
    try {
      addFiles(editor, await upload(editor, files), at);
    } catch (error) {
      hint(editor, editor.trans.__('The file could not be uploaded: %1', (error as Error).message));
    }
  }
}

function onLuminoDrag(editor: IEditor, event: ILuminoDrag): void {
  if (!event.mimeData.hasData(CONTENTS_TYPE)) {
    return;
  }
  event.preventDefault();
  event.stopPropagation();
  event.dropAction = event.supportedActions === 'none' ? 'none' : event.proposedAction;
  if (event.type === 'lm-drop') {
    const paths = event.mimeData.getData(CONTENTS_TYPE) as string[];
    addFiles(editor, paths, canvasOf(editor).surface!.toFlow({ x: event.clientX, y: event.clientY }));
  }
}

/** The wire at a point of the window. */
export function wireUnder(editor: IEditor, { x, y }: { x: number; y: number }): Edge | undefined {
  const under = document.elementsFromPoint(x, y).map(element => element.closest('.react-flow__edge'));
  const id = under.find(element => element)?.getAttribute('data-id');
  const { edges } = editor.document.flow;
  return id ? edges[edgeIds(edges).indexOf(id)] : undefined;
}
