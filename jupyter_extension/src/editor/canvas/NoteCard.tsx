import { type Node, type NodeProps, NodeResizer } from '@xyflow/react';
import { memo } from 'react';

import type { INote } from '../../model/flow';
import { GRID, type IBox, LEAST_NOTE, placeAt } from '../../model/grid';
import { useEditor } from '../context';
import { setNoteText } from './actions/note';
import { NOTE } from './actions/select';
import { canvasOf } from './state';
import { TextInPlace } from './TextInPlace';
import { useCanvas } from './useCanvas';

export type NoteNode = Node<{ note: INote }, 'note'>;

/** A text on the canvas, edited where it stands. */
export const NoteCard = memo(function NoteCard({ data, selected }: NodeProps<NoteNode>): JSX.Element {
  const editor = useEditor();
  const { note } = data;
  const id = NOTE + note.id;
  const writing = useCanvas(state => state.writing === id);
  const text = Array.isArray(note.text) ? note.text.join('\n') : '';
  const { store } = canvasOf(editor);
  const resize = (_: unknown, { x, y, width, height }: IBox) =>
    store.setState({ pulled: { id, box: { x, y, width, height } } });
  const resized = (_: unknown, box: IBox) => {
    const size = { width: Math.round(box.width / GRID), height: Math.round(box.height / GRID) };
    editor.document.together(() => editor.document.setNote({ ...note, ...placeAt(box), ...size }));
    store.setState({ pulled: null });
  };
  return (
    <div className="mr-NoteCard">
      <NodeResizer
        isVisible={selected && !writing}
        minWidth={LEAST_NOTE.width * GRID}
        minHeight={LEAST_NOTE.height * GRID}
        onResize={resize}
        onResizeEnd={resized}
      />
      {writing ? (
        <TextInPlace
          text={text}
          label={editor.trans.__('Text of the note')}
          lines
          onDone={value => {
            setNoteText(editor, note, value);
            store.setState({ writing: null });
            canvasOf(editor).surface?.focus(id);
          }}
        />
      ) : (
        <div className="mr-NoteCard-text">{text || editor.trans.__('Double-click to write')}</div>
      )}
    </div>
  );
});
