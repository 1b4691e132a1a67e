import type { useControl } from './field';
import type { useDraft } from './useDraft';

interface IProps {
  control: ReturnType<typeof useControl>;
  draft: ReturnType<typeof useDraft>;
}

/** A line of text as it is typed; see {@link useDraft}. */
export function DraftInput({ control, draft }: IProps): JSX.Element {
  return (
    <input
      {...control}
      className="jp-mod-styled"
      type="text"
      spellCheck={false}
      value={draft.value}
      onChange={event => draft.type(event.target.value)}
      onBlur={draft.leave}
    />
  );
}
