/** The examples of docs/command.md. */

import type { Part } from './part.ts'

export const documented: Part = { name: 'documented', checks: () => ({}) }
