/** Suites by name, slowest first. */

import type { Suite } from '../tally.ts'
import { checkCompression } from './compression.ts'
import { checkCORS } from './cors.ts'
import { checkDocumentation } from './documentation.ts'
import { checkHAProxy } from './haproxy.ts'
import { checkHTTP2 } from './http2.ts'
import { checkNginx } from './nginx.ts'
import { programs } from './programs.ts'
import { checkQuirks } from './quirks.ts'

export const SUITES: [string, (suite: Suite) => Promise<void>][] = [
  ['http2', checkHTTP2],
  ['cors', checkCORS],
  ['nginx', checkNginx],
  ['haproxy', checkHAProxy],
  ['compression', checkCompression],
  ['quirks', checkQuirks],
  ['documentation', checkDocumentation],
  ...programs,
]
