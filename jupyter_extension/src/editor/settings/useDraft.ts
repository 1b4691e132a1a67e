import { useEffect, useRef, useState } from 'react';

export interface IDraft {
  value: string;
  type: (text: string) => void;
  leave: () => void;
}

/**
 * What stands in a text field while somebody types in it: their own text, whatever it is read as. What comes from
 * elsewhere (undo, another person) takes its place.
 */
export function useDraft(shown: string, commit: (text: string) => void): IDraft {
  const [draft, setDraft] = useState<string | null>(null);
  const ours = useRef(false);

  useEffect(() => {
    if (!ours.current) {
      setDraft(null);
    }
  }, [shown]);

  const type = (text: string) => {
    setDraft(text);
    ours.current = true;
    commit(text);
    setTimeout(() => (ours.current = false));
  };
  return { value: draft ?? shown, type, leave: () => setDraft(null) };
}
