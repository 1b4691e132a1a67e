import { expect, it } from 'vitest';

import { shortOutput } from './shortOutput';

it('shows the beginning of what was printed, in lines or in one text, and leaves all else alone', () => {
  const printed = (text: string | string[]) => ({ output_type: 'stream', name: 'stdout', text });
  expect(shortOutput(printed(['one\n', 'two\n', 'three']), 6, 'more')).toEqual(printed('one\ntw\nmore\n'));
  expect(shortOutput(printed('0123456789'), 3, 'more')).toEqual(printed('012\nmore\n'));
  const short = printed(['one']);
  expect(shortOutput(short, 3, 'more')).toBe(short);
  const figure = { output_type: 'display_data', data: { 'text/plain': 'a long text' }, metadata: {} };
  expect(shortOutput(figure, 3, 'more')).toBe(figure);
});
