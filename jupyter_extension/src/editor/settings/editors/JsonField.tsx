import type { FieldProps } from '@rjsf/utils';
import { useState } from 'react';

import { useEditor } from '../../context';
import { TextCode } from '../code/TextCode';
import { editorProps } from '../field';

/** A value without a form of its own, as JSON. Text that is no JSON yet is not in the file, which is said. */
export function JsonField(props: FieldProps): JSX.Element {
  const { trans } = useEditor();
  const { id, value, onChange } = editorProps(props);
  const [wrong, setWrong] = useState(false);
  const edit = (text: string) => {
    const read = parsed(text);
    setWrong(read === WRONG);
    if (read !== WRONG) {
      onChange(read);
    }
  };
  const shown = value === undefined || value === null ? '' : JSON.stringify(value, null, 2);
  return (
    <>
      <TextCode id={id} language="json" value={shown} same={sameJson} onChange={edit} />
      {wrong && (
        <div className="mr-Problem mr-mod-error" role="status">
          {trans.__('This is no JSON yet, so the file keeps the value before. Text stands in double quotes.')}
        </div>
      )}
    </>
  );
}

const WRONG = Symbol('no JSON');

function parsed(text: string): unknown {
  if (!text.trim()) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return WRONG;
  }
}

function sameJson(a: string, b: string): boolean {
  const [one, other] = [parsed(a), parsed(b)];
  return one === other || (one !== WRONG && JSON.stringify(one) === JSON.stringify(other));
}
