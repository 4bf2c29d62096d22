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
      parserOptions: { projectService: { allowDefaultProject: ['*.js', '*.mjs', 'demo/*.mjs', 'test/*.mjs'] } },
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
    files: ['test/**'],
    rules: {
      // Tests take methods apart on purpose.
      '@typescript-eslint/unbound-method': 'off',
      // A loop that takes events and looks at none has no other way to say so.
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_$' }],
    },
  },
  // TypeScript checks these too, and knows which globals there are.
  { files: ['**/*.js', '**/*.mjs'], extends: [tseslint.configs.disableTypeChecked], rules: { 'no-undef': 'off' } },
)
