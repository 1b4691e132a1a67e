import { PathExt } from '@jupyterlab/coreutils';

import { notebookWords } from '../../model/notebookWords';
import type { IPanel } from '../context';

export interface IExample {
  readonly path: string;
  readonly name: string;
  readonly description: string;
  /** The flow's document; null for a notebook. */
  readonly document: { id?: string; [key: string]: unknown } | null;
  /** Whether it is run when it is opened for the first time. */
  readonly runs: boolean;
}

/** The first thing that a newcomer sees runs by itself, so that there are counts and rows to look at. */
const FIRST = 'reconcile.flow';

/** Copies the examples that are missing, and tells of all; the first one to look at comes first. */
export async function loadExamples({
  lab,
  contents
}: Pick<IPanel, 'lab' | 'contents'>): Promise<{ folder: string; examples: IExample[] }> {
  const { folder, items } = await lab.examples();
  const examples = await Promise.all(items.map(path => exampleOf(contents, path)));
  return { folder, examples: examples.sort((a, b) => Number(b.runs) - Number(a.runs)) };
}

async function exampleOf(contents: IPanel['contents'], path: string): Promise<IExample> {
  const plain = { path, name: PathExt.basename(path), description: '', document: null, runs: false };
  try {
    if (PathExt.extname(path) !== '.flow') {
      const { name, description } = notebookWords(
        (await contents.get(path, { type: 'notebook', content: true })).content
      );
      return { ...plain, name: name || plain.name, description };
    }
    const { content } = await contents.get(path, { type: 'file', format: 'text', content: true });
    const document = JSON.parse(content as string) as Record<string, string>;
    const { name = plain.name, description = '' } = document;
    return { path, name, description, document, runs: PathExt.basename(path) === FIRST };
  } catch {
    return plain; // somebody's own by now, and in the middle of a change
  }
}
