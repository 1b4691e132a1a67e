import { type KeyboardEvent, useId } from 'react';

export interface ITab {
  readonly id: string;
  readonly title: string;
  /** Shown behind the title. */
  readonly mark?: string;
}

interface IProps {
  tabs: readonly ITab[];
  shown: string;
  label: string;
  onShow: (id: string) => void;
  children: JSX.Element;
}

const KEYS: Readonly<Record<string, number>> = { ArrowRight: 1, ArrowLeft: -1 };

/** Tabs that the arrow keys go through, and what the shown one holds. */
export function Tabs({ tabs, shown, label, onShow, children }: IProps): JSX.Element {
  const name = useId();
  const idOf = (id: string) => `${name}-${id}`;
  const onKeyDown = (event: KeyboardEvent) => {
    const step = KEYS[event.key];
    if (step) {
      const at = tabs.findIndex(({ id }) => id === shown);
      const next = tabs[(at + step + tabs.length) % tabs.length].id;
      onShow(next);
      document.getElementById(idOf(next))?.focus();
    }
  };
  return (
    <>
      <div className="mr-Tabs" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(({ id, title, mark }) => (
          <button
            key={id}
            id={idOf(id)}
            type="button"
            role="tab"
            aria-selected={id === shown}
            aria-controls={id === shown ? `${name}-panel` : undefined}
            tabIndex={id === shown ? 0 : -1}
            onClick={() => onShow(id)}
          >
            {title}
            {mark && <span className="mr-Count">{mark}</span>}
          </button>
        ))}
      </div>
      <div className="mr-TabPanel" role="tabpanel" id={`${name}-panel`} aria-labelledby={idOf(shown)}>
        {children}
      </div>
    </>
  );
}
