/** The option `maxBufferSize`. */

import { checked } from '../input/checks.ts'

/** In characters */
export const DEFAULT_MAX_BUFFER_SIZE = 64 * 1024 * 1024

/**
 * In characters.
 *
 * @throws a `TypeError` that says what was given
 */
export function readMaxBufferSize(value: unknown): number {
  return checked('maxBufferSize', value, isAboveZero, 'a number of characters above 0') ?? DEFAULT_MAX_BUFFER_SIZE
}

function isAboveZero(value: unknown): value is number {
  return typeof value === 'number' && value > 0
}
