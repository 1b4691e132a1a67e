import { useSyncExternalStore } from 'react';

import { useEditor } from '../context';

/** Ids of the node types that a person has starred. */
export function useFavourites(): readonly string[] {
  const { favourites } = useEditor();
  return useSyncExternalStore(
    told => {
      favourites.changed.connect(told);
      return () => void favourites.changed.disconnect(told);
    },
    () => favourites.ids
  );
}
