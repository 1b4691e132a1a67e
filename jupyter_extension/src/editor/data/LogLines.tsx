import { useEffect, useLayoutEffect, useRef, useState } from 'react';

import { useEditor } from '../context';

const LINE = 18;
const MARGIN = 20;
/** Browsers draw no element higher than some ten million pixels. */
const MOST_LINES = 500_000;

interface IProps {
  lines: readonly string[];
  find: string;
  /** Keeps the last line in sight. */
  follows: boolean;
  live: boolean;
}

/** Lines of text, of which only those in sight are drawn. */
export function LogLines({ lines, find, follows, live }: IProps): JSX.Element {
  const { trans } = useEditor();
  const box = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const [height, setHeight] = useState(400);
  const shown = lines.slice(-MOST_LINES);
  useEffect(() => {
    const watcher = new ResizeObserver(() => setHeight(box.current?.clientHeight ?? 400));
    watcher.observe(box.current!);
    return () => watcher.disconnect();
  }, []);
  useLayoutEffect(() => {
    if (follows && box.current) {
      box.current.scrollTop = box.current.scrollHeight;
    }
  }, [follows, lines, height]);
  const first = Math.max(0, Math.floor(top / LINE) - MARGIN);
  const end = Math.min(shown.length, Math.ceil((top + height) / LINE) + MARGIN);
  return (
    <div
      ref={box}
      className="mr-LogLines"
      role="log"
      aria-live={live ? 'polite' : 'off'}
      aria-label={trans.__('Log')}
      tabIndex={0}
      onScroll={event => setTop(event.currentTarget.scrollTop)}
    >
      <div style={{ height: shown.length * LINE, paddingTop: first * LINE, boxSizing: 'border-box' }}>
        {shown.slice(first, end).map((line, at) => (
          <div key={first + at} className="mr-LogLines-line">
            <Marked text={line} find={find} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** A line without the colour codes of terminals, what was looked for marked. */
function Marked({ text, find }: { text: string; find: string }): JSX.Element {
  // eslint-disable-next-line no-control-regex
  const plain = text.replace(/\u001b\[[0-9;]*m/g, '');
  const at = find ? plain.toLowerCase().indexOf(find.toLowerCase()) : -1;
  return at < 0 ? (
    <>{plain}</>
  ) : (
    <>
      {plain.slice(0, at)}
      <mark>{plain.slice(at, at + find.length)}</mark>
      {plain.slice(at + find.length)}
    </>
  );
}
