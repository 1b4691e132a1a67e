import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import { useState } from 'react';
import { afterEach, expect, test, vi } from 'vitest';

import { Combobox } from './Combobox';

afterEach(cleanup);

const OPTIONS = [
  { value: 'payee', note: 'text' },
  { value: 'amount', note: 'int64' }
];

function Held({ told, remark }: { told: (text: string) => void; remark?: string }): JSX.Element {
  const [value, setValue] = useState('');
  const onChange = (text: string) => {
    setValue(text);
    told(text);
  };
  return <Combobox id="c" label="Column" value={value} options={OPTIONS} remark={remark} onChange={onChange} />;
}

test('it offers all on a click, and what fits while somebody types', () => {
  const told = vi.fn();
  render(<Held told={told} />);
  const field = screen.getByRole('combobox');
  fireEvent.click(field);
  expect(screen.getAllByRole('option').map(one => one.textContent)).toEqual(['payeetext', 'amountint64']);
  fireEvent.change(field, { target: { value: 'am' } });
  expect(screen.getAllByRole('option')).toHaveLength(1);
  fireEvent.keyDown(field, { key: 'ArrowDown' });
  expect(field.getAttribute('aria-activedescendant')).toBe('c-option-0');
  fireEvent.keyDown(field, { key: 'Enter' });
  expect(told.mock.calls).toEqual([['am'], ['amount']]);
  expect(screen.queryByRole('listbox')).toBeNull();
});

test('any other text may be typed, and Escape closes the list', () => {
  const told = vi.fn();
  render(<Held told={told} remark="From the last run" />);
  const field = screen.getByRole('combobox');
  fireEvent.change(field, { target: { value: 'something else' } });
  expect(told).toHaveBeenLastCalledWith('something else');
  expect(screen.getByText('From the last run')).toBeTruthy();
  fireEvent.keyDown(field, { key: 'Escape' });
  expect(screen.queryByText('From the last run')).toBeNull();
});
