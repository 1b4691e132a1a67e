import type { CompletionHandler, ICompletionContext, ICompletionProvider } from '@jupyterlab/completer';
import { Text } from '@jupyterlab/coreutils';

import type { LabServer } from '../api/labServer';
import { codePlace } from '../model/codePlace';

/** Completes the source of code nodes by what the Jupyter server reads there. Nothing of it is run, so no kernel is needed. */
export class CodeCompletion implements ICompletionProvider {
  readonly identifier = 'millrace:code';
  readonly rank = 1100;
  readonly renderer = null;

  constructor(private readonly lab: LabServer) {}

  isApplicable({ widget }: ICompletionContext): Promise<boolean> {
    return Promise.resolve((widget as { isSource?: unknown }).isSource === true);
  }

  async fetch({ text, offset }: CompletionHandler.IRequest): Promise<CompletionHandler.ICompletionItemsReply> {
    const found = await this.lab.complete(codePlace(text, Text.charIndexToJsIndex(offset, text)));
    const { typed, items } = found ?? { typed: '', items: [] };
    return {
      start: offset - [...typed].length,
      end: offset,
      items: items.map(({ text, type }) => ({ label: text, type }))
    };
  }
}
