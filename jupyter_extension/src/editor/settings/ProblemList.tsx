import type { FlowProblem } from '../../model/settings';
import { useEditor } from '../context';

export function ProblemList({ id, problems }: { id?: string; problems: readonly FlowProblem[] }): JSX.Element {
  const { trans } = useEditor();
  return (
    <div id={id} className="mr-Problems" aria-live="polite">
      {problems.map((problem, at) => (
        <div key={at} className={`mr-Problem mr-mod-${problem.severity}`}>
          <span aria-hidden className="mr-Problem-sign">
            {problem.severity === 'error' ? '✕' : '!'}
          </span>
          <span>
            {problem.line ? `${trans.__('Line %1:', problem.line)} ` : ''}
            {problem.message} {problem.cure}
          </span>
        </div>
      ))}
    </div>
  );
}
