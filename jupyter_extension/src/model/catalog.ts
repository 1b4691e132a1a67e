/** The node types that the palette and the menus offer. */

import type { Manifest } from './cards';
import { CODE, type Node, NOTEBOOK } from './flow';
import { isObject } from './schema';
import { type IPort, type IPorts, NO_PORTS } from './ports';

/** What can be put on the canvas. */
export interface IOffer {
  readonly id: string;
  readonly name: string;
  readonly category: string;
  readonly icon: string;
  readonly doc: string;
  readonly examples: readonly { title: string; params: unknown }[];
  readonly version: number;
  readonly ports: IPorts;
}

const TABLE: IPort = { name: 'table', kind: 'table', many: false, required: true, description: '' };
const CODE_SOURCE = ['def run(table: Table) -> Table:', '    return table'];

const OWN: IOffer[] = [
  {
    ...{ id: CODE, name: 'Python code', category: 'Code', icon: CODE, version: 1, examples: [] },
    doc: 'A function of your own. Its arguments are the inputs and settings of the node, and what it returns are its outputs.',
    ports: { inputs: [TABLE], outputs: [TABLE] }
  },
  {
    ...{ id: NOTEBOOK, name: 'Notebook', category: 'Code', icon: NOTEBOOK, version: 1, examples: [] },
    doc: 'Run a notebook of the project. The cell tagged "parameters" is its form.',
    ports: NO_PORTS
  }
];

/** All that can be added, by category and name; code first, for it is always there. */
export function catalog(components: readonly Manifest[] | null): IOffer[] {
  const offers = (components ?? []).map(manifest => ({
    ...manifest,
    ports: { inputs: manifest.inputs, outputs: manifest.outputs },
    examples: (manifest.examples ?? []).map(({ title, params }) => ({ title: String(title ?? ''), params }))
  }));
  return [...offers, ...OWN].sort((a, b) => compare(a.category, b.category) || compare(a.name, b.name));
}

/** Offers in which all words of a query occur, those with a word in their name first. */
export function search(offers: readonly IOffer[], query: string): IOffer[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string) => words.every(word => text.toLowerCase().includes(word));
  const named = offers.filter(offer => has(offer.name));
  const other = offers.filter(
    offer => !named.includes(offer) && has(`${offer.name} ${offer.category} ${offer.id} ${offer.doc}`)
  );
  return [...named, ...other];
}

/** A new node of an offered type. */
export function nodeOf(offer: IOffer, id: string, params?: Record<string, unknown>): Node {
  return {
    id,
    type: offer.id,
    ...(offer.version > 1 && { version: offer.version }),
    ...(offer.id === CODE && { source: CODE_SOURCE }),
    ...(params && { params })
  };
}

/** The reader of a data file, and the setting that names it; null if nothing installed reads such files. */
export function readerOf(components: readonly Manifest[], file: string): { manifest: Manifest; field: string } | null {
  const name = file.toLowerCase().replace(/\.gz$/, '');
  const ending = name.slice(name.lastIndexOf('.') + 1);
  for (const manifest of components.filter(one => one.inputs.length === 0)) {
    const properties = isObject(manifest.params.properties) ? manifest.params.properties : {};
    for (const [field, property] of Object.entries(properties)) {
      const mark = isObject(property) && property['x-millrace'];
      if (isObject(mark) && mark.widget === 'file' && !mark.write && (mark.types as string[])?.includes(ending)) {
        return { manifest, field };
      }
    }
  }
  return null;
}

function compare(a: string, b: string): number {
  return a.localeCompare(b);
}
