import { expect, test } from 'vitest';

import { newest } from './newest';

test('of the questions that come while one is asked, the newest is asked', async () => {
  const asked: string[] = [];
  const waiting: (() => void)[] = [];
  const ask = newest(async (question: string) => {
    asked.push(question);
    await new Promise<void>(resolve => waiting.push(resolve));
    return question.toUpperCase();
  });
  const answers = [ask('a')];
  await expect.poll(() => asked).toEqual(['a']);
  answers.push(ask('b'), ask('c'));
  waiting.shift()!();
  await expect.poll(() => asked).toEqual(['a', 'c']);
  waiting.shift()!();
  expect(await Promise.all(answers)).toEqual(['A', null, 'C']);
});

test('a question that failed does not stop the next one', async () => {
  const ask = newest((question: string) => (question ? Promise.resolve(question) : Promise.reject(new Error('no'))));
  await expect(ask('')).rejects.toThrow('no');
  expect(await ask('a')).toBe('a');
});
