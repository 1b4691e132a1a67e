/** A place in a text as Python counts it: lines from 1, columns from 0, in whole characters. */
export interface ICodePlace {
  source: string;
  line: number;
  column: number;
}

/** Of an offset, which CodeMirror counts in UTF-16. */
export function codePlace(source: string, offset: number): ICodePlace {
  const lines = source.slice(0, offset).split('\n');
  return { source, line: lines.length, column: [...lines[lines.length - 1]].length };
}

/** The offset of a place; that of the line's end, if the line is shorter. */
export function offsetOf({ source, line, column }: ICodePlace): number {
  const lines = source.split('\n');
  const before = lines.slice(0, line - 1).reduce((sum, one) => sum + one.length + 1, 0);
  return before + [...(lines[line - 1] ?? '')].slice(0, column).join('').length;
}
