/** All programs: those with the same behavior, and the fixes. */

import { ABORTS } from './aborts.ts'
import { FAILURES } from './failures.ts'
import { LIFECYCLE_FIXES } from './fixes-lifecycle.ts'
import { STREAM_FIXES } from './fixes-stream.ts'
import type { Fix } from './fixes.ts'
import { REQUESTS } from './requests.ts'
import { RETRIES } from './retries.ts'
import type { Program } from './scenario.ts'

/** These must behave the same with both packages. */
export const SAME: Program[] = [...REQUESTS, ...FAILURES, ...RETRIES, ...ABORTS]

export const FIXES: Fix[] = [...STREAM_FIXES, ...LIFECYCLE_FIXES]
