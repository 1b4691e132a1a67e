import { useEditor } from '../context';
import { stateText } from './stateText';

/** Shapes, so that a state is not told by its colour alone. */
const SHAPES: Readonly<Record<string, string>> = {
  succeeded: 'M3.5 8.500l3 3 6-7',
  reused: 'M3.500 8.500l3 3 6-7',
  failed: 'M4.500 4.500l7 7m0-7l-7 7',
  cancelled: 'M4 8h8',
  skipped: 'M4 5l4 3-4 3zM9 5l4 3-4 3z',
  unknown: 'M6 6a2 2 0 1 1 2 2v1.500m0 1.500v1',
  running: 'M8 3a5 5 0 1 1-5 5',
  waiting: 'M8 4v4l3 2',
  queued: 'M4 8h.1m3.900 0h.1m3.900 0h.1',
  submitted: 'M4 8h.1m3.900 0h.1m3.900 0h.1',
  ready: 'M4 8h.1m3.900 0h.1m3.900 0h.1',
  blocked: 'M4 8h.1m3.900 0h.1m3.900 0h.1'
};

/** The state of a run or a step: a sign, and the word. */
export function StateMark({ state }: { state: string }): JSX.Element {
  const { trans } = useEditor();
  const text = stateText(trans, state);
  return (
    <span className="mr-StateMark" data-state={state}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={SHAPES[state] ?? SHAPES.unknown} />
      </svg>
      {text}
    </span>
  );
}
