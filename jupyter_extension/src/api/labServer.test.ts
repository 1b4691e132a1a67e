import { ServerConnection } from '@jupyterlab/services';
import { expect, test, vi } from 'vitest';

import { LabServer } from './labServer';

function asked(answers: Response[]) {
  const fetch = vi.fn(() => Promise.resolve(answers.shift()!));
  return { fetch, lab: new LabServer(ServerConnection.makeSettings({ baseUrl: 'http://x/', fetch })) };
}

const place = { folder: '/project', file: '/project/a.flow', inside: 'a.flow' };

test('where a path lies is asked once', async () => {
  const { fetch, lab } = asked([new Response(JSON.stringify(place))]);
  expect(await Promise.all([lab.placeOf('a.flow'), lab.placeOf('a.flow')])).toEqual([place, place]);
  expect(await lab.placeOf('a.flow')).toEqual(place);
  expect(fetch).toHaveBeenCalledTimes(1);
});

test('what was refused is asked again', async () => {
  const refused = new Response(JSON.stringify({ detail: 'On no disk.' }), { status: 422 });
  const { lab } = asked([refused, new Response(JSON.stringify(place))]);
  await expect(lab.placeOf('a.flow')).rejects.toThrow('On no disk.');
  expect(await lab.placeOf('a.flow')).toEqual(place);
});
