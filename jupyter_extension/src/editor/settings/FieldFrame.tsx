import type { ReactNode } from 'react';

import { type FlowProblem, problemsAt } from '../../model/settings';
import { useEditor } from '../context';
import { pathOf, useField } from './field';
import { ProblemList } from './ProblemList';

export interface IFieldFrame {
  id: string;
  title: string;
  help?: string;
  required?: boolean;
  /** A tick stands beside its label, a group has a label that belongs to no single control. */
  shape?: 'line' | 'tick' | 'group';
  tools?: ReactNode;
  children: ReactNode;
}

/** A label, what it means, what edits it, and what is wrong with it. */
export function FieldFrame({ id, title, help, required, shape = 'line', tools, children }: IFieldFrame): JSX.Element {
  const { trans } = useEditor();
  const scope = useField();
  const problems = ownProblems(scope.problems, pathOf(scope, id), id === scope.prefix);
  const star = required && (
    <span className="mr-Field-star" title={trans.__('Needed')}>
      *
    </span>
  );
  const text = (
    <>
      {title}
      {star}
    </>
  );
  return (
    <div
      className={`mr-Field mr-mod-${shape}${problems.length ? ' mr-mod-wrong' : ''}`}
      role={shape === 'group' ? 'group' : undefined}
      aria-labelledby={shape === 'group' ? `${id}-label` : undefined}
    >
      <div className="mr-Field-head">
        {shape === 'tick' && children}
        {shape === 'group' ? (
          <span id={`${id}-label`} className="mr-Field-label">
            {text}
          </span>
        ) : (
          <label id={`${id}-label`} htmlFor={id} className="mr-Field-label" title={help}>
            {text}
          </label>
        )}
        {tools}
      </div>
      {help && (
        <div id={`${id}-help`} className="mr-Field-help">
          {help}
        </div>
      )}
      {shape !== 'tick' && children}
      <ProblemList id={`${id}-problems`} problems={problems} />
    </div>
  );
}

/** At the top stand also the problems of places within that have no field of their own, such as a key of a table. */
function ownProblems(problems: readonly FlowProblem[], path: string, isTop: boolean): readonly FlowProblem[] {
  const own = problemsAt(problems, path);
  return isTop && !own.length ? problems.filter(one => !/\.\d+(\.|$)/.test(one.field)) : own;
}
