/** What goes to a runtime that runs the suite in a request, and how its answer ends. */

import type { Environment } from '../conformance/harness.ts'

/** The request's body, as JSON. */
export type RequestSettings = Omit<Environment, 'EventSource' | 'base'>

/** The last line of the answer, without which the suite has not come to its end. */
export const END = '"end"'
