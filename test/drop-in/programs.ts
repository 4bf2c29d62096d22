/** All programs, in two lists. */

import { ABORTS } from './aborts.ts'
import { FAILURES } from './failures.ts'
import { MENDED_LIFE } from './mended-life.ts'
import { MENDED_STREAM } from './mended-stream.ts'
import type { Mended } from './mended.ts'
import { REQUESTS } from './requests.ts'
import { RETRIES } from './retries.ts'
import type { Program } from './story.ts'

/** Those that must do the same on both packages. */
export const SAME: Program[] = [...REQUESTS, ...FAILURES, ...RETRIES, ...ABORTS]

export const MENDED: Mended[] = [...MENDED_STREAM, ...MENDED_LIFE]
