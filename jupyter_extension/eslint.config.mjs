import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

/** Rooms of the house: which others each may not import, and which libraries. */
const rooms = {
  model: {
    rooms: ['api', 'document', 'parts', 'editor', 'panels', 'plugins'],
    libraries: ['react*', '@xyflow/*', '@jupyterlab/*']
  },
  api: { rooms: ['document', 'parts', 'editor', 'panels', 'plugins'], libraries: ['react*', '@xyflow/*'] },
  document: { rooms: ['parts', 'editor', 'panels', 'plugins'], libraries: [] },
  parts: { rooms: ['document', 'editor', 'panels', 'plugins'], libraries: ['@xyflow/*'] },
  editor: { rooms: ['panels', 'plugins'], libraries: [] },
  panels: { rooms: ['document', 'editor', 'plugins'], libraries: [] }
};

/** Another room, seen from a room's own files and from its folders. */
function pathsTo(room) {
  return ['..', '../..', '../../..'].map(up => `${up}/${room}/**`);
}

export default defineConfig(
  { ignores: ['lib', 'labextension', 'src/_generated'] },
  js.configs.recommended,
  ts.configs.recommended,
  hooks.configs['recommended-latest'],
  {
    files: ['src/**'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      'no-restricted-globals': ['error', { name: 'fetch', message: 'Only api/ fetches.' }],
      eqeqeq: ['error', 'always']
    }
  },
  ...Object.entries(rooms).map(([room, { rooms: others, libraries }]) => ({
    files: [`src/${room}/**`],
    ignores: ['**/*.test.ts', '**/*.test.tsx'],
    rules: {
      // Types may be seen from anywhere: they are gone when it runs.
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: [...others.flatMap(pathsTo), ...libraries], allowTypeImports: true }] }
      ]
    }
  })),
  {
    files: ['*.mjs', '*.mts'],
    languageOptions: {
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly', structuredClone: 'readonly' }
    }
  }
);
