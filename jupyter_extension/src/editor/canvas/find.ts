import { findCards, type IFound } from '../../model/search';
import type { IEditor } from '../context';
import { orderedCards } from './actions/look';

/** Nodes that match, in flow order; columns are those that are predicted, and those of the last run. */
export function findOnCanvas(editor: IEditor, query: RegExp): IFound[] {
  const { checked, run } = editor.store.getState();
  const columns = { ...checked?.schemas };
  for (const [id, step] of Object.entries(run?.steps ?? {})) {
    for (const [port, { columns: seen }] of Object.entries(step.outputs ?? {})) {
      if (seen && !columns[id]?.[port]) {
        const named = seen.map(({ name, type }) => ({ name, type }));
        columns[id] = { ...columns[id], [port]: named };
      }
    }
  }
  return findCards(orderedCards(editor), query, columns);
}
