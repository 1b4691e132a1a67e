import type { CompletionHandler, ICompletionContext, ICompletionProvider } from '@jupyterlab/completer';

/** Completes what a code field knows, such as the columns of its input. */
export class WordCompletion implements ICompletionProvider {
  readonly identifier = 'millrace:words';
  readonly rank = 1000;
  readonly renderer = null;

  isApplicable(context: ICompletionContext): Promise<boolean> {
    return Promise.resolve(wordsOf(context) !== null);
  }

  fetch(
    { text, offset }: CompletionHandler.IRequest,
    context: ICompletionContext
  ): Promise<CompletionHandler.ICompletionItemsReply> {
    const typed = /[\w.]*$/.exec(text.slice(0, offset))?.[0] ?? '';
    const fitting = (wordsOf(context) ?? []).filter(word => word.toLowerCase().startsWith(typed.toLowerCase()));
    return Promise.resolve({
      start: offset - typed.length,
      end: offset,
      items: fitting.map(label => ({ label, type: 'Millrace' }))
    });
  }
}

/** Code fields carry them; other editors have none. */
function wordsOf({ widget }: ICompletionContext): readonly string[] | null {
  const { words } = widget as { words?: unknown };
  return Array.isArray(words) ? (words as string[]) : null;
}
