import { useEffect, useId, useMemo, useRef, useState } from 'react';

import { useEditor } from '../context';
import { Icon } from './icons';
import { canvasOf, type IPick, type IPicking } from './state';
import { useCanvas } from './useCanvas';

/** The list that is open on the canvas, if one is. */
export function Picker(): JSX.Element | null {
  const picking = useCanvas(state => state.picking);
  return picking && <PickList key={picking.title + picking.at.x + picking.at.y} picking={picking} />;
}

/** A list at the pointer: type to search, arrows and Enter to pick, Escape to leave. */
function PickList({ picking }: { picking: IPicking }): JSX.Element {
  const editor = useEditor();
  const { trans } = editor;
  const [query, setQuery] = useState(picking.query ?? '');
  const [at, setAt] = useState(0);
  const [before] = useState(() => canvasOf(editor).surface?.focused() ?? editor.store.getState().selection[0]);
  const listId = useId();
  const box = useRef<HTMLDivElement>(null);
  const shown = useMemo(() => searched(picking.picks, query), [picking, query]);
  const active = Math.min(at, shown.length - 1);
  const place = usePlace(picking, box);

  useEffect(() => {
    box.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active, shown]);

  const close = () => {
    const { store } = canvasOf(editor);
    if (store.getState().picking === picking) {
      store.setState({ picking: null });
    }
  };
  /** Closes it, and the keyboard is where it was before. */
  const leave = () => {
    close();
    canvasOf(editor).surface?.focus(before);
  };
  const pick = (one: IPick | undefined) => {
    if (one) {
      leave();
      picking.onPick(one.id);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    const moves: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
    if (event.key in moves) {
      event.preventDefault();
      setAt(Math.max(0, Math.min(shown.length - 1, active + moves[event.key])));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      pick(shown[active]);
    } else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      leave();
    }
  };
  return (
    <div
      ref={box}
      className="mr-Picker"
      role="dialog"
      aria-label={picking.title}
      style={place}
      onKeyDown={onKeyDown}
      onBlur={event => !box.current?.contains(event.relatedTarget) && close()}
    >
      <div className="mr-Picker-title">{picking.title}</div>
      <input
        className="mr-Picker-input jp-mod-styled"
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={shown[active] && `${listId}-${active}`}
        aria-label={picking.title}
        placeholder={trans.__('Type to search')}
        autoFocus
        value={query}
        onChange={event => {
          setQuery(event.target.value);
          setAt(0);
        }}
      />
      <ul id={listId} role="listbox" aria-label={picking.title} className="mr-Picker-list">
        {shown.map((one, index) => (
          <li
            key={one.id}
            id={`${listId}-${index}`}
            role="option"
            aria-selected={index === active}
            className="mr-Picker-item"
            onMouseDown={event => event.preventDefault()}
            onMouseMove={() => setAt(index)}
            onClick={() => pick(one)}
          >
            {one.icon !== undefined && <Icon name={one.icon} />}
            <span className="mr-Picker-name">{one.title}</span>
            {one.detail && <span className="mr-Picker-detail">{one.detail}</span>}
          </li>
        ))}
      </ul>
      {!shown.length && <p className="mr-Picker-empty">{picking.empty}</p>}
    </div>
  );
}

/** In the pane's own pixels, and wholly inside it. */
function usePlace({ at }: IPicking, box: React.RefObject<HTMLElement>): { left: number; top: number } {
  const [place, setPlace] = useState({ left: 0, top: 0 });
  useEffect(() => {
    const outer = box.current?.parentElement?.getBoundingClientRect();
    const inner = box.current?.getBoundingClientRect();
    if (outer && inner) {
      const inside = (wanted: number, most: number) => Math.max(4, Math.min(wanted, most - 4));
      setPlace({
        left: inside(at.x - outer.left, outer.width - inner.width),
        top: inside(at.y - outer.top, outer.height - inner.height)
      });
    }
  }, [at, box]);
  return place;
}

/** Those whose title has all words come first. */
function searched(picks: readonly IPick[], query: string): readonly IPick[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text: string) => words.every(word => text.toLowerCase().includes(word));
  const named = picks.filter(one => has(one.title));
  const other = picks.filter(one => !named.includes(one) && has(`${one.title} ${one.detail ?? ''} ${one.words ?? ''}`));
  return [...named, ...other];
}
