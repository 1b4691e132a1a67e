import { type KeyboardEvent, type ReactNode, useId, useState } from 'react';

export interface ITab {
  readonly name: string;
  readonly draw: () => ReactNode;
}

/** Several views of one thing, one at a time; arrow keys go from one to the next. */
export function Tabs({ label, tabs }: { label: string; tabs: readonly ITab[] }): JSX.Element {
  const [at, setAt] = useState(0);
  const id = useId();
  const go = (event: KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
    if (step) {
      const next = (at + step + tabs.length) % tabs.length;
      setAt(next);
      (event.currentTarget.children[next] as HTMLElement).focus();
    }
  };
  return (
    <>
      <div role="tablist" aria-label={label} className="mr-Tabs" onKeyDown={go}>
        {tabs.map(({ name }, index) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${index}`}
            aria-selected={index === at}
            aria-controls={`${id}-page`}
            tabIndex={index === at ? 0 : -1}
            onClick={() => setAt(index)}
          >
            {name}
          </button>
        ))}
      </div>
      <div role="tabpanel" id={`${id}-page`} aria-labelledby={`${id}-${at}`} key={at}>
        {tabs[at].draw()}
      </div>
    </>
  );
}
