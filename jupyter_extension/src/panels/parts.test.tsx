import { nullTranslator } from '@jupyterlab/translation';
import { cleanup, fireEvent, render, screen } from '@testing-library/react';
import type { ReactNode } from 'react';
import { afterEach, expect, test, vi } from 'vitest';

import { ApiError } from '../api/client';
import { fieldsOf } from '../model/fields';
import { type IPanel, newView, PanelContext } from './context';
import { CredentialFields } from './credentials/CredentialFields';
import { ProblemNote } from '../parts/ProblemNote';
import { Table } from './parts/Table';
import { MethodFields } from './triggers/MethodFields';
import { OutlivesNote } from './triggers/OutlivesNote';

afterEach(cleanup);

const trans = nullTranslator.load('millrace');

function draw(content: ReactNode, parts: Partial<IPanel> = {}): void {
  const panel = { trans, view: newView(), ...parts } as Partial<IPanel> as IPanel;
  render(<PanelContext.Provider value={panel}>{content}</PanelContext.Provider>);
}

const PASSWORD = { required: ['password'], properties: { password: { type: 'string', title: 'Password' } } };

test('a secret that is kept is not shown, and need not be typed again', () => {
  const fields = fieldsOf(PASSWORD, ['password']);
  draw(<CredentialFields fields={fields} kept={{}} typed={{}} error={null} change={() => {}} />);
  const field = screen.getByLabelText<HTMLInputElement>('Password');
  expect(field).toMatchObject({ type: 'password', value: '', required: false, placeholder: 'Set; type to replace' });
});

test('a new secret has to be typed, and what the service says of it stands under it', () => {
  const error = new ApiError({ status: 422, field: 'password', detail: 'It is too short.' });
  const change = vi.fn();
  const fields = fieldsOf(PASSWORD, ['password']);
  draw(<CredentialFields fields={fields} kept={null} typed={{}} error={error} change={change} />);
  const field = screen.getByLabelText<HTMLInputElement>(/Password/);
  expect(field.required).toBe(true);
  expect(document.getElementById(field.getAttribute('aria-describedby')!)?.textContent).toBe('It is too short.');
  fireEvent.change(field, { target: { value: 'abcd' } });
  expect(change).toHaveBeenCalledWith('password', 'abcd');
});

test('nobody is let in until somebody chooses how callers are known', () => {
  const change = vi.fn();
  draw(<MethodFields methods={[]} environment="default" error={null} change={change} />);
  const choice = screen.getByRole<HTMLSelectElement>('combobox', { name: 'Authentication' });
  expect(choice.value).toBe('');
  expect(choice.required).toBe(true);
  fireEvent.change(choice, { target: { value: 'open' } });
  expect(change).toHaveBeenCalledWith([{ kind: 'open' }]);
});

test('an open door is warned of', () => {
  draw(<MethodFields methods={[{ kind: 'open' }]} environment="default" error={null} change={() => {}} />);
  expect(screen.getByText(/Anybody who knows the address/)).toBeTruthy();
});

test('a problem tells its cure, as text', () => {
  draw(<ProblemNote trans={trans} error={new ApiError({ status: 409, detail: '<b>No</b>', cure: 'Wait.' })} />);
  expect(screen.getByRole('alert').textContent).toBe('<b>No</b>Wait.');
});

test('a row is chosen by its button, and told to be the one that is open', () => {
  const choose = vi.fn();
  const columns = [{ name: 'Name', cell: (one: string) => one }];
  draw(<Table label="Things" items={['a', 'b']} columns={columns} keyOf={one => one} choose={choose} chosen="b" />);
  fireEvent.click(screen.getByRole('button', { name: 'a' }));
  expect(choose).toHaveBeenCalledWith('a');
  expect(screen.getAllByRole('row').map(row => row.getAttribute('aria-current'))).toEqual([null, null, 'true']);
});

test('a trigger that would end with JupyterLab says so first', async () => {
  const service = () => Promise.resolve({ outlives: false, outlives_why: 'The hub stops it.' });
  draw(<OutlivesNote />, { lab: { service } as unknown as IPanel['lab'] });
  expect((await screen.findByRole('note')).textContent).toContain('The hub stops it.');
});
