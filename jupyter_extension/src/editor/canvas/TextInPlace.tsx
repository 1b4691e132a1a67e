import { useEffect, useRef, useState } from 'react';

interface IProps {
  text: string;
  label: string;
  /** Whether Enter begins a new line, and not the end. */
  lines?: boolean;
  onDone: (text: string) => void;
}

/** A text that is edited where it stands; Escape or leaving it keeps what was written. */
export function TextInPlace({ text, label, lines, onDone }: IProps): JSX.Element {
  const [value, setValue] = useState(text);
  const field = useRef<HTMLTextAreaElement>(null);
  // Leaving the field by Escape takes the focus away, which would tell it a second time.
  const done = useRef(false);
  const finish = () => {
    if (!done.current) {
      done.current = true;
      onDone(value);
    }
  };
  useEffect(() => {
    // React Flow has just taken the focus for the node around it.
    const frame = requestAnimationFrame(() => field.current?.select());
    return () => cancelAnimationFrame(frame);
  }, []);
  return (
    <textarea
      ref={field}
      className="mr-TextInPlace nodrag nopan nowheel"
      aria-label={label}
      rows={lines ? undefined : 1}
      value={value}
      onChange={event => setValue(event.target.value)}
      onBlur={finish}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === 'Escape' || (event.key === 'Enter' && !lines)) {
          event.preventDefault();
          finish();
        }
      }}
    />
  );
}
