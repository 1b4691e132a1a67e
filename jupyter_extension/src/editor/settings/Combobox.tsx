import { caretDownEmptyThinIcon } from '@jupyterlab/ui-components';
import { useEffect, useRef, useState } from 'react';
import { createPortal } from 'react-dom';

import { useDraft } from './useDraft';

export interface IOption {
  value: string;
  /** Said beside it, such as a column's type. */
  note?: string;
}

export interface ICombobox {
  id: string;
  value: string;
  onChange: (value: string) => void;
  options: readonly IOption[];
  /** Says under the options where they come from, or why there are none. */
  remark?: string;
  label?: string;
  placeholder?: string;
  /** Takes a choice from the list, where that is not simply the new text. */
  onChoose?: (value: string) => void;
  onOpen?: () => void;
  onEnter?: () => void;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}

const ROOM = 240;

/** A text field that offers what fits; any other text may be typed as well. */
export function Combobox(props: ICombobox): JSX.Element {
  const { id, value, onChange, options, remark, label, placeholder, onChoose, onOpen, onEnter, ...control } = props;
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState(false);
  const [active, setActive] = useState(-1);
  const input = useRef<HTMLInputElement>(null);
  const draft = useDraft(value, onChange);
  const wanted = draft.value.toLowerCase();
  const shown = open ? options.filter(one => !typed || one.value.toLowerCase().includes(wanted)) : [];
  const isOpen = open && (shown.length > 0 || Boolean(remark));

  const show = (whole: boolean) => {
    onOpen?.();
    setOpen(true);
    setTyped(!whole);
    setActive(-1);
  };
  const choose = (option: IOption) => {
    if (onChoose) {
      onChoose(option.value);
      draft.leave();
    } else {
      draft.type(option.value);
    }
    setOpen(false);
  };
  const move = (by: number) => {
    if (!open) {
      show(true);
    } else if (shown.length) {
      setActive((active + by + shown.length + (active < 0 && by < 0 ? 1 : 0)) % shown.length);
    }
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter') {
      event.preventDefault();
      if (isOpen && shown[active]) {
        choose(shown[active]);
      } else {
        setOpen(false);
        onEnter?.();
      }
    } else if (event.key === 'Escape' && open) {
      event.stopPropagation();
      setOpen(false);
    }
  };

  return (
    <div className="mr-Combobox">
      <input
        {...control}
        ref={input}
        id={id}
        className="jp-mod-styled"
        role="combobox"
        autoComplete="off"
        spellCheck={false}
        aria-label={label}
        aria-expanded={isOpen}
        aria-controls={`${id}-options`}
        aria-activedescendant={isOpen && active >= 0 ? `${id}-option-${active}` : undefined}
        placeholder={placeholder}
        value={draft.value}
        onChange={event => {
          draft.type(event.target.value);
          show(false);
        }}
        onClick={() => show(true)}
        onKeyDown={onKeyDown}
        onBlur={() => {
          setOpen(false);
          draft.leave();
        }}
      />
      {(options.length > 0 || onOpen) && <caretDownEmptyThinIcon.react tag="span" className="mr-Combobox-caret" />}
      {isOpen && (
        <OptionList
          id={id}
          under={input.current!}
          shown={shown}
          chosen={draft.value}
          active={active}
          remark={remark}
          choose={choose}
          close={() => setOpen(false)}
        />
      )}
    </div>
  );
}

interface IOptionList {
  id: string;
  under: HTMLElement;
  shown: readonly IOption[];
  chosen: string;
  active: number;
  remark?: string;
  choose: (option: IOption) => void;
  close: () => void;
}

/** Upon the page, so that the pane's edge cuts nothing off; above the field where there is no room below. */
function OptionList(props: IOptionList): JSX.Element {
  const { id, under, shown, chosen, active, remark, choose, close } = props;
  const box = useRef<HTMLDivElement>(null);
  const { left, top, bottom, width } = under.getBoundingClientRect();
  const place =
    window.innerHeight - bottom > ROOM || top < ROOM
      ? { left, width, top: bottom + 2, maxHeight: Math.min(ROOM, window.innerHeight - bottom - 8) }
      : { left, width, bottom: window.innerHeight - top + 2, maxHeight: ROOM };

  useEffect(() => {
    box.current?.querySelector('[data-active="true"]')?.scrollIntoView({ block: 'nearest' });
  }, [active]);

  // The field moves away under it.
  useEffect(() => {
    const onScroll = (event: Event) => event.target instanceof Node && event.target.contains(under) && close();
    window.addEventListener('scroll', onScroll, true);
    return () => window.removeEventListener('scroll', onScroll, true);
  });

  return createPortal(
    <div ref={box} className="mr-Combobox-popup" style={place}>
      <ul id={`${id}-options`} role="listbox" className="mr-Combobox-options">
        {shown.map((option, at) => (
          <li
            key={option.value}
            id={`${id}-option-${at}`}
            role="option"
            aria-selected={option.value === chosen}
            data-active={at === active}
            className="mr-Combobox-option"
            // The field keeps the focus.
            onMouseDown={event => event.preventDefault()}
            onClick={() => choose(option)}
          >
            <span className="mr-Combobox-value">{option.value}</span>
            {option.note && <span className="mr-Combobox-note">{option.note}</span>}
          </li>
        ))}
      </ul>
      {remark && <div className="mr-Combobox-remark">{remark}</div>}
    </div>,
    document.body
  );
}
