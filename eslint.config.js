/** What eslint checks. */

import js from '@eslint/js'
import { defineConfig, globalIgnores } from 'eslint/config'
import tseslint from 'typescript-eslint'

export default defineConfig(
  globalIgnores(['dist', 'coverage', '**/node_modules', '.cache', 'test/consumers/projects']),
  js.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  {
    languageOptions: {
      parserOptions: {
        // Not `projectService`: it compiles a project for each tsconfig.json, and again after a file with a shebang.
        project: 'tsconfig.all.json',
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      // Numbers read well in messages.
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // An IDL attribute is a getter on the prototype, whatever it returns.
      '@typescript-eslint/class-literal-property-style': 'off',
      // One overload for each kind of listener reads better than a union of them.
      '@typescript-eslint/unified-signatures': 'off',
    },
  },
  {
    // Rules with types take most of the time, so outside of the package only those for promises are on: neither tsc nor a test
    // finds a forgotten `await`. They also pass without the packages of bench and test/servers, as they ignore `any`.
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
      // A loop that takes events and looks at none has no other way to say so.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_$' }],
    },
  },
  {
    // TypeScript checks these too, and knows which globals there are; the programs in test/types have a tsconfig.json each.
    files: ['**/*.js', '**/*.mjs', 'test/types/*/*.ts'],
    extends: [tseslint.configs.disableTypeChecked],
    rules: { 'no-undef': 'off' },
  },
)
