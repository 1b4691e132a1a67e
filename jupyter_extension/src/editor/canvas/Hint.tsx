import { useConnection } from '@xyflow/react';
import { useEffect } from 'react';

import { refusal } from '../../model/wiring';
import { useEditor } from '../context';
import { currentCards } from './cards';
import { canvasOf } from './state';
import { useCanvas } from './useCanvas';
import { refusalWords } from './words';

const READING_TIME = 8000;

/** What the canvas says just now; while a wire is pulled over a port that does not take it, why not. */
export function Hint(): JSX.Element {
  const editor = useEditor();
  const said = useCanvas(state => state.hint);
  const refused = useRefused();
  useEffect(() => {
    if (said) {
      const timer = setTimeout(() => canvasOf(editor).store.setState({ hint: '' }), READING_TIME);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [editor, said]);
  return (
    <div className="mr-Hint" role="status" aria-live="polite">
      {(refused || said) && <span className="mr-Hint-words">{refused || said}</span>}
    </div>
  );
}

function useRefused(): string {
  const editor = useEditor();
  const ends = useConnection(({ fromHandle, toHandle, isValid }) =>
    isValid === false && fromHandle && toHandle
      ? [fromHandle, toHandle]
          .map(({ nodeId, id, type }) => `${type} ${nodeId} ${id?.replace(/^.*:/, '') ?? ''}`)
          .join()
      : ''
  );
  if (!ends) {
    return '';
  }
  const [from, to] = ends
    .split(',')
    .sort()
    .map(text => ({ node: text.split(' ')[1], port: text.split(' ')[2] }));
  const cards = currentCards(editor);
  const why = refusal(editor.document.flow, cards, from, to);
  return why ? refusalWords(editor.trans, why, cards) : '';
}
