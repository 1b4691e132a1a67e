import { useEditor } from '../context';

/** The words for what a condition asks. */
export function useOperatorText(): (op: string) => string {
  const { trans } = useEditor();
  const words: Readonly<Record<string, string>> = {
    eq: trans.__('is'),
    ne: trans.__('is not'),
    lt: '<',
    le: '≤',
    gt: '>',
    ge: '≥',
    in: trans.__('is one of'),
    contains: trans.__('contains'),
    starts_with: trans.__('begins with'),
    is_null: trans.__('is null'),
    not_null: trans.__('is not null')
  };
  return op => words[op] ?? op;
}
