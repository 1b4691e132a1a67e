import js from '@eslint/js';
import hooks from 'eslint-plugin-react-hooks';
import { defineConfig } from 'eslint/config';
import ts from 'typescript-eslint';

/** Rooms of the house: what each may not import. */
const rooms = {
  model: [
    'react*',
    '@xyflow/*',
    '@jupyterlab/*',
    '../api/*',
    '../document/*',
    '../editor/*',
    '../panels/*',
    '../plugins/*'
  ],
  api: ['react*', '@xyflow/*', '../document/*', '../editor/*', '../panels/*', '../plugins/*'],
  document: ['../editor/*', '../panels/*', '../plugins/*'],
  editor: ['../panels/*', '../plugins/*'],
  panels: ['../editor/*', '../plugins/*']
};

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
  ...Object.entries(rooms).map(([room, forbidden]) => ({
    files: [`src/${room}/**`],
    ignores: ['**/*.test.ts', '**/*.test.tsx'],
    rules: {
      // Types may be seen from anywhere: they are gone when it runs.
      '@typescript-eslint/no-restricted-imports': [
        'error',
        { patterns: [{ group: forbidden, allowTypeImports: true }] }
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
