import { YFile } from '@jupyter/ydoc';
import { useEffect, useRef, useState } from 'react';

import { editText } from '../../../document/sharedValue';
import { CodeBox } from './CodeBox';

interface ITextCode {
  id: string;
  language: string;
  value: string;
  words?: readonly string[];
  /** Whether two texts mean the same, so that the one which stands there stays as it was typed. */
  same?: (a: string, b: string) => boolean;
  onChange: (text: string) => void;
}

/** A code editor for a text that is a setting. */
export function TextCode({ id, language, value, words, same = Object.is, onChange }: ITextCode): JSX.Element {
  const [text] = useState(() => {
    const file = YFile.create();
    file.setSource(value);
    file.clearUndoHistory();
    return file;
  });
  const latest = useRef({ onChange, value, same });
  latest.current = { onChange, value, same };

  useEffect(() => {
    if (!same(text.getSource(), value)) {
      text.transact(() => editText(text.ysource, value), false);
    }
  }, [text, value, same]);
  useEffect(() => {
    const onText = () => {
      const typed = text.getSource();
      if (!latest.current.same(typed, latest.current.value)) {
        latest.current.onChange(typed);
      }
    };
    text.changed.connect(onText);
    return () => void text.changed.disconnect(onText);
  }, [text]);

  return <CodeBox id={id} text={text} language={language} words={words} />;
}
