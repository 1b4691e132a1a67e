import type { IOutput } from '@jupyterlab/nbformat';

/** An output, with no more than the beginning of what was printed, and then `rest`; itself where that is short. */
export function shortOutput(output: IOutput, most: number, rest: string): IOutput {
  if (output.output_type !== 'stream') {
    return output;
  }
  const text = [output.text as string | string[]].flat().join('');
  return text.length > most ? { ...output, text: `${text.slice(0, most)}\n${rest}\n` } : output;
}
