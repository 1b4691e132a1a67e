import { type SyntheticEvent, useId } from 'react';

import type { IOffer } from '../../model/catalog';
import { addOffer } from '../canvas/actions/add';
import { Icon } from '../canvas/icons';
import { useEditor } from '../context';
import { ABOUT_ID, type IShown } from './About';
import { COMPONENT_TYPE } from './componentType';
import { Star } from './Star';

interface IProps {
  offer: IOffer;
  starred: boolean;
  show: (shown: IShown | null) => void;
}

/** A node type: dragged onto the canvas, or added by a double-click or Enter. */
export function PaletteItem({ offer, starred, show }: IProps): JSX.Element {
  const editor = useEditor();
  const name = useId();
  const tell = (event: SyntheticEvent) => show({ offer, beside: event.currentTarget.getBoundingClientRect() });
  return (
    <li className="mr-Palette-row">
      <button
        type="button"
        className="mr-Palette-item"
        data-category={offer.category}
        aria-describedby={ABOUT_ID}
        draggable
        onDragStart={event => {
          show(null);
          event.dataTransfer.setData(COMPONENT_TYPE, offer.id);
          event.dataTransfer.effectAllowed = 'copy';
        }}
        onDoubleClick={() => addOffer(editor, offer.id)}
        onKeyDown={event => {
          if (event.key === 'Enter') {
            event.preventDefault();
            addOffer(editor, offer.id);
          }
        }}
        onMouseEnter={tell}
        onMouseLeave={() => show(null)}
        onFocus={tell}
        onBlur={() => show(null)}
      >
        <span className="mr-Palette-icon">
          <Icon name={offer.icon} />
        </span>
        <span id={name} className="mr-Palette-name">
          {offer.name}
        </span>
      </button>
      <Star id={offer.id} starred={starred} about={name} />
    </li>
  );
}
