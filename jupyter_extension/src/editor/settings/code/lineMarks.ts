import { type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, gutter, GutterMarker } from '@codemirror/view';

import type { FlowProblem } from '../../../model/settings';

type Problems = readonly FlowProblem[];

const setProblems = StateEffect.define<Problems>();

/** The lines with problems: coloured, with a sign beside them, and the problem's words where one points at it. */
const marked = StateField.define<{ lines: DecorationSet; problems: ReadonlyMap<number, FlowProblem> }>({
  create: () => ({ lines: Decoration.none, problems: new Map() }),
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(setProblems)) {
        const known = effect.value.filter(one => one.line && one.line <= transaction.state.doc.lines);
        const problems = new Map(known.map(one => [transaction.state.doc.line(one.line!).from, one]));
        const lines = [...problems].map(([from, one]) => lineMark(one).range(from));
        return { lines: Decoration.set(lines, true), problems };
      }
    }
    return transaction.docChanged
      ? {
          lines: value.lines.map(transaction.changes),
          problems: new Map([...value.problems].map(([from, one]) => [transaction.changes.mapPos(from), one]))
        }
      : value;
  },
  provide: field => EditorView.decorations.from(field, value => value.lines)
});

function lineMark({ severity, message, cure }: FlowProblem): Decoration {
  return Decoration.line({ class: `mr-Code-line mr-mod-${severity}`, attributes: { title: `${message} ${cure}` } });
}

class Sign extends GutterMarker {
  constructor(private readonly problem: FlowProblem) {
    super();
  }

  eq(other: Sign): boolean {
    return other.problem === this.problem;
  }

  toDOM(): Node {
    const sign = document.createElement('span');
    sign.className = `mr-Code-sign mr-mod-${this.problem.severity}`;
    sign.title = `${this.problem.message} ${this.problem.cure}`;
    sign.textContent = this.problem.severity === 'error' ? '✕' : '!';
    return sign;
  }
}

export const lineMarks: Extension = [
  marked,
  gutter({
    class: 'mr-Code-signs',
    lineMarker: (view, line) => {
      const problem = view.state.field(marked).problems.get(line.from);
      return problem ? new Sign(problem) : null;
    },
    lineMarkerChange: update => update.transactions.some(one => one.effects.some(effect => effect.is(setProblems)))
  })
];

export function markLines(view: EditorView, problems: Problems): void {
  view.dispatch({ effects: setProblems.of(problems) });
}
