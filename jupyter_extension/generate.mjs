// Writes src/_generated from the Python side's own documents: the flow's JSON Schema and the API's OpenAPI.
// `node generate.mjs` renews them, `node generate.mjs --check` says whether they are what it would write.
import { readFileSync, writeFileSync } from 'node:fs';

import { compile } from 'json-schema-to-typescript';
import openapi, { astToString } from 'openapi-typescript';
import { format, resolveConfig } from 'prettier';

const HEAD = '// Made by generate.mjs. Do not edit.\n';
const docs = new URL('../docs/', import.meta.url);
const out = new URL('./src/_generated/', import.meta.url);

/** The titles of fields would become types of their own. */
function untitled(schema) {
  return JSON.parse(JSON.stringify(schema), (key, value) =>
    key === 'title' && typeof value === 'string' ? undefined : value
  );
}

const schema = JSON.parse(readFileSync(new URL('flow.schema.json', docs), 'utf8'));
const files = {
  'flow.ts': await compile(untitled(schema), 'Flow', { bannerComment: '', additionalProperties: true }),
  'flowSchema.ts': `import type { ISchema } from '../model/schema';\n\nexport const flowSchema: ISchema = ${JSON.stringify(schema)};\n`,
  'api.ts': astToString(await openapi(new URL('openapi.json', docs)))
};

const style = await resolveConfig(new URL('./generate.mjs', import.meta.url).pathname);
let stale = false;
for (const [name, text] of Object.entries(files)) {
  const target = new URL(name, out);
  const wanted = await format(HEAD + text, { ...style, parser: 'typescript' });
  if (process.argv.includes('--check')) {
    if (readFileSync(target, 'utf8') !== wanted) {
      console.error(`src/_generated/${name} is not what docs/ says: run \`npm run generate\`.`);
      stale = true;
    }
  } else {
    writeFileSync(target, wanted);
  }
}
process.exit(stale ? 1 : 0);
