import type { Contents } from '@jupyterlab/services';

import { folderOf } from '../../model/relativePath';
import type { IEditor } from '../context';

/** Jupyter's server takes a large file in pieces. */
const PIECE = 1024 * 1024;

/** Puts files of the desktop into `data/` beside the flow; answers their contents paths. Never overwrites one. */
export async function upload(editor: IEditor, files: readonly File[]): Promise<string[]> {
  const home = folderOf(editor.path());
  const folder = home ? `${home}/data` : 'data';
  await ensureFolder(editor.contents, home, folder);
  const made: string[] = [];
  for (const file of files) {
    const path = await freePath(editor.contents, folder, file.name);
    await send(editor.contents, path, file);
    made.push(path);
  }
  return made;
}

async function ensureFolder(contents: Contents.IManager, home: string, folder: string): Promise<void> {
  const known = await contents.get(home, { content: true });
  if (!(known.content as Contents.IModel[]).some(item => item.name === 'data')) {
    await contents.save(folder, { type: 'directory', name: 'data' });
  }
}

async function freePath(contents: Contents.IManager, folder: string, name: string): Promise<string> {
  const known = await contents.get(folder, { content: true });
  const taken = new Set((known.content as Contents.IModel[]).map(item => item.name));
  const dot = name.lastIndexOf('.') > 0 ? name.lastIndexOf('.') : name.length;
  let free = name;
  for (let number = 2; taken.has(free); number++) {
    free = `${name.slice(0, dot)}_${number}${name.slice(dot)}`;
  }
  return `${folder}/${free}`;
}

async function send(contents: Contents.IManager, path: string, file: File): Promise<void> {
  const model = { type: 'file', format: 'base64', name: file.name } as const;
  if (file.size <= PIECE) {
    await contents.save(path, { ...model, content: await base64(file) });
    return;
  }
  for (let start = 0, chunk = 1; start < file.size; start += PIECE, chunk++) {
    const last = start + PIECE >= file.size;
    const piece = { ...model, chunk: last ? -1 : chunk, content: await base64(file.slice(start, start + PIECE)) };
    await contents.save(path, piece as Partial<Contents.IModel>);
  }
}

function base64(blob: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done((reader.result as string).split(',')[1] ?? '');
    reader.onerror = () => failed(reader.error ?? new Error('The file cannot be read.'));
    reader.readAsDataURL(blob);
  });
}
