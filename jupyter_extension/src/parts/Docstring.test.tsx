import { render } from '@testing-library/react';
import { expect, test } from 'vitest';

import { Docstring, paragraphsOf } from './Docstring';

test('lines that the source broke belong together, and items of lists do not', () => {
  expect(paragraphsOf('Read a\ntable.\n\n\nIt may be:\n- small\n  or not\n- large\n')).toEqual([
    'Read a table.',
    'It may be:\n- small or not\n- large'
  ]);
  expect(paragraphsOf('')).toEqual([]);
});

test('names and titles stand out, and the rest is text', () => {
  const { container } = render(<Docstring paragraphs={['Use `a*b` or *Run*: 2 * 3 <b>']} />);
  expect(container.innerHTML).toBe('<p class="mr-Docstring">Use <code>a*b</code> or <em>Run</em>: 2 * 3 &lt;b&gt;</p>');
});
