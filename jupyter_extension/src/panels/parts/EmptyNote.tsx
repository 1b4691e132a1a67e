import type { ReactNode } from 'react';

/** Nothing is here yet: what to do first. */
export function EmptyNote({ title, children }: { title: string; children?: ReactNode }): JSX.Element {
  return (
    <div className="mr-Empty">
      <p className="mr-Empty-title">{title}</p>
      {children}
    </div>
  );
}
