import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

import { VERSION } from './version';

test('the bundle knows its version', () => {
  expect(VERSION).toBe((JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }).version);
});
