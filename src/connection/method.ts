/** HTTP methods. */

import { checked, isString } from '../input/checks.ts'

/** Those that fetch sends (it refuses CONNECT and TRACE) and that a stream can come from. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'QUERY']

/**
 * The method in capitals. (Fetch leaves `patch` as it is, which few servers know.)
 *
 * @throws a `TypeError` when there is no such method
 */
export function readMethod(given: unknown): string {
  const isMethod = (value: unknown): value is string =>
    isString(value) && /^[a-z]+$/i.test(value) && METHODS.includes(value.toUpperCase())
  return checked('method', given, isMethod, `one of ${METHODS.join(', ')}`)?.toUpperCase() ?? 'GET'
}

/** Whether requests of that method have no body. */
export function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
