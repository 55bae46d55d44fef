import jupyter from '@jupyter/eslint-plugin';
import tseslint from 'typescript-eslint';

const SOURCES = ['src/**/*.{ts,tsx}'];

export default [
  { ignores: ['lib/', 'node_modules/', 'nightdesk_lab/'] },
  ...tseslint.configs.recommended.map(config => ({ ...config, files: SOURCES })),
  { files: SOURCES, languageOptions: { parserOptions: { projectService: true } } },
  { plugins: { jupyter } },
  ...jupyter.configs.recommended
];
