/** What a notebook says of itself: its first heading, and the paragraph below it, as plain text. */
export function notebookWords(notebook: unknown): { name: string; description: string } {
  const { cells } = notebook as { cells?: { cell_type: string; source: string | string[] }[] };
  const source = cells?.find(cell => cell.cell_type === 'markdown')?.source ?? '';
  const paragraphs = (Array.isArray(source) ? source.join('') : source).split(/\n\s*\n/);
  const at = paragraphs.findIndex(one => one.startsWith('# '));
  const plain = (text: string | undefined) => (text ?? '').replace(/[`*]/g, '').replace(/\s+/g, ' ').trim();
  return at < 0
    ? { name: '', description: '' }
    : { name: plain(paragraphs[at].slice(2)), description: plain(paragraphs[at + 1]) };
}
