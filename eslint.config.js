/** ESLint configuration. */

import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  globalIgnores([
    'dist',
    'coverage',
    '**/node_modules',
    '.cache',
    'wpt',
    'test/consumers/projects',
    'test/instrumented/next',
  ]),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        // Not `projectService`: it compiles a project for each tsconfig.json, and again after each file with a shebang.
        project: 'tsconfig.all.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers can be printed in messages without conversion.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // IDL attributes must be getters on the prototype, even if they return a constant.
      '@typescript-eslint/class-literal-property-style': 'off',
      // One overload per kind of listener reads better than a union.
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    // Typed rules take most of the time, so outside of src only the rules for promises are on: neither tsc nor a test finds a
    // forgotten `await`. They also pass without the packages of bench and test/servers, because they ignore `any`.
    files: ['test/**', 'bench/**'],
    rules: {
      ...tseslint.configs.disableTypeChecked.rules,
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
    },
  },
  {
    files: ['test/**'],
    rules: {
      // A `for await` loop that ignores its events needs a variable.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_$' }],
    },
  },
  {
    // TypeScript checks these files too and knows their globals. The programs in test/types have their own tsconfig.json.
    files: ['**/*.js', '**/*.mjs', 'test/types/*/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-undef': 'off' },
  },
)
