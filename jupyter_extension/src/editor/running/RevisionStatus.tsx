import { useEffect } from 'react';
import { useStore } from 'zustand';

import { useEditor } from '../context';
import { publishedOf } from './published';

/** In the toolbar: which revision schedules run, and whether the draft is another. */
export function RevisionStatus(): JSX.Element | null {
  const editor = useEditor();
  const { trans } = editor;
  const published = publishedOf(editor);
  const { active, differs } = useStore(published.store);
  useEffect(() => {
    published.open();
    return () => published.close();
  }, [published]);
  if (active === undefined) {
    return null;
  }
  const text = !active
    ? trans.__('Not published')
    : differs
      ? trans.__('Schedules run revision %1; the draft differs', active.number)
      : trans.__('Schedules run revision %1, as shown', active.number);
  const title = active?.note ? `${active.author}: ${active.note}` : '';
  return (
    <span className="mr-RevisionStatus" data-differs={active !== null && differs} title={title}>
      {text}
    </span>
  );
}
