/** The time that has passed. */

import { runtime } from './globals.ts'

/** Milliseconds since some moment; by a clock that nobody sets, where there is one. */
export function now(): number {
  return (runtime.performance ?? Date).now()
}
