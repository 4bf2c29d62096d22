/** The option `maxBufferSize`. */

import { checked } from '../input/checks.ts'

const DEFAULT = 64 * 1024 * 1024

/**
 * In characters.
 *
 * @throws a `TypeError` that says what was given
 */
export function readMaxBufferSize(value: unknown): number {
  return checked('maxBufferSize', value, isAboveZero, 'a number of characters above 0') ?? DEFAULT
}

function isAboveZero(value: unknown): value is number {
  return typeof value === 'number' && value > 0
}
