/** The server runtimes that the tests know, and how each is started. */

import { existsSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'

const installed = path('test/runtimes/node_modules')

/** Their commands; a script and its arguments follow. */
export const RUNTIMES: Record<string, string[]> = {
  node20: [`${installed}/node20/bin/node`],
  node22: [`${installed}/node22/bin/node`],
  node24: [path('node_modules/node/bin/node')],
  node26: [`${installed}/node26/bin/node`],
  deno: [`${installed}/.bin/deno`, 'run', '--quiet', '--allow-all'],
  bun: [`${installed}/.bin/bun`],
}

/** Why a runtime cannot be started, if so. */
export function missing([binary = '']: string[]): string | undefined {
  return existsSync(binary) ? undefined : `${binary} is not installed`
}
