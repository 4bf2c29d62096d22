/** The programs to bundle, by name. */

import { readdirSync } from 'node:fs'

const sources = new URL('src/', import.meta.url)

export const entries = Object.fromEntries(
  readdirSync(sources).map((name) => [name.replace(/\.js$/, ''), new URL(name, sources).pathname]),
)
