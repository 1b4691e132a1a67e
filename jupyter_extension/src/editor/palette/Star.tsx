import { Icon } from '../canvas/icons';
import { useEditor } from '../context';

interface IStarProps {
  /** Of the node type. */
  id: string;
  starred: boolean;
  /** Id of the element that names the node type. */
  about: string;
}

/** Keeps a node type on top of the palette. */
export function Star({ id, starred, about }: IStarProps): JSX.Element {
  const { favourites, trans } = useEditor();
  return (
    <button
      type="button"
      className="mr-Palette-star"
      aria-label={trans.__('Favourite')}
      aria-describedby={about}
      aria-pressed={starred}
      title={starred ? trans.__('Remove from the favourites') : trans.__('Add to the favourites')}
      onClick={() => favourites.toggle(id)}
    >
      <Icon name="star" />
    </button>
  );
}
