import { useMemo, useState } from 'react';

import { catalog, type IOffer, search } from '../../model/catalog';
import { useEditor, useSession } from '../context';
import { About, type IShown } from './About';
import { NoComponents } from './NoComponents';
import { PaletteItem } from './PaletteItem';
import { useFavourites } from './useFavourites';

/** All node types: search, categories, and what each does. */
export function Palette(): JSX.Element {
  const { trans } = useEditor();
  const components = useSession(state => state.components);
  const [query, setQuery] = useState('');
  const [shown, setShown] = useState<IShown | null>(null);
  const offers = useMemo(() => catalog(components), [components]);
  const found = useMemo(() => (query ? search(offers, query) : offers), [offers, query]);
  const starred = useFavourites();
  const isStarred = ({ id }: IOffer) => starred.includes(id);
  const item = (offer: IOffer) => (
    <PaletteItem key={offer.id} offer={offer} starred={isStarred(offer)} show={setShown} />
  );
  const favourites: [string, IOffer[]] = [trans.__('Favourites'), offers.filter(isStarred)];
  return (
    <nav
      className="mr-Palette-nav"
      aria-label={trans.__('Components')}
      onKeyDown={event => event.key === 'Escape' && setShown(null)}
    >
      <div className="mr-Palette-head">
        <input
          className="mr-Palette-search jp-mod-styled"
          type="search"
          value={query}
          placeholder={trans.__('Search')}
          aria-label={trans.__('Search components')}
          onChange={event => setQuery(event.target.value)}
        />
      </div>
      {!components && <NoComponents />}
      {query ? (
        <ul className="mr-Palette-list" aria-label={trans.__('Found')}>
          {found.map(item)}
        </ul>
      ) : (
        [...(favourites[1].length ? [favourites] : []), ...categories(offers)].map(([name, members]) => (
          <details key={name} open className="mr-Palette-category">
            <summary>{name}</summary>
            <ul className="mr-Palette-list" aria-label={name}>
              {members.map(item)}
            </ul>
          </details>
        ))
      )}
      {query && !found.length && (
        <p className="mr-Palette-note">
          {trans.__('No component is called "%1". Try another word, or install a plugin that has it.', query)}
        </p>
      )}
      {shown && <About shown={shown} />}
    </nav>
  );
}

function categories(offers: readonly IOffer[]): [string, IOffer[]][] {
  const found = new Map<string, IOffer[]>();
  offers.forEach(offer => found.set(offer.category, [...(found.get(offer.category) ?? []), offer]));
  return [...found];
}
