/** `DOMException`, which not every runtime has. */

import { runtime } from './globals.ts'

/** One of that name, or an `Error` that is called so. */
export function domException(message: string, name: string): Error {
  if (runtime.DOMException) return new runtime.DOMException(message, name)
  return Object.assign(new Error(message), { name })
}
