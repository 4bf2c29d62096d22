/** How attempts fail. */

import { AttemptError, type Failure } from '../../../src/connection/failure.ts'
import { rejection } from './streams.ts'

/** The failure of an `AttemptError`, which the promise must reject with. */
export async function failureOf(attempt: Promise<unknown>): Promise<Failure> {
  const error = await rejection(attempt)
  if (error instanceof AttemptError) return error.failure
  throw new Error('This is not an AttemptError', { cause: error })
}
