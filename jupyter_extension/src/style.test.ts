import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('a class is drawn by one style sheet alone, so that rooms do not colour one another', () => {
  const sheets = new Map<string, Set<string>>();
  for (const file of readdirSync('style').filter(name => name.endsWith('.css'))) {
    for (const [, name] of readFileSync(`style/${file}`, 'utf8').matchAll(
      /^\s*(\.mr-[\w-]+)(?::[\w-]+)*(?:,| \{)$/gm
    )) {
      sheets.set(name, (sheets.get(name) ?? new Set()).add(file));
    }
  }
  expect(sheets.size).toBeGreaterThan(100);
  expect([...sheets].filter(([, files]) => files.size > 1).map(([name, files]) => [name, ...files])).toEqual([]);
});
