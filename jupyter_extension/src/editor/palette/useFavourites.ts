import { useEditor } from '../context';
import { useSignal } from '../useSignal';

/** Ids of the node types that a person has starred. */
export function useFavourites(): readonly string[] {
  const { favourites } = useEditor();
  return useSignal(favourites.changed, () => favourites.ids);
}
