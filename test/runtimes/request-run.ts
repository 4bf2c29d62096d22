/** The protocol for runtimes that run the suite inside a request. */

import type { Environment } from '../conformance/harness.ts'

/** The JSON body of the request. */
export type RequestSettings = Omit<Environment, 'EventSource' | 'base'>

/** The last line of the response. If it is missing, the suite did not finish. */
export const END = '"end"'
