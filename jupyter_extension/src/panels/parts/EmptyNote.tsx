import type { ReactNode } from 'react';

/** Nothing is here yet: what to do first. */
export function EmptyNote({ title, children }: { title: string; children?: ReactNode }): JSX.Element {
  return (
    <div className="mr-EmptyNote">
      <p className="mr-EmptyNote-title">{title}</p>
      {children}
    </div>
  );
}
