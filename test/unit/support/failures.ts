/** Failures of attempts. */

import { AttemptError, type Failure } from '../../../src/connection/failure.ts'
import { rejection } from './streams.ts'

/** Returns the failure of the `AttemptError` that the promise must reject with. */
export async function failureOf(attempt: Promise<unknown>): Promise<Failure> {
  const error = await rejection(attempt)
  if (error instanceof AttemptError) return error.failure
  throw new Error('Not an AttemptError', { cause: error })
}
