/** What a relative URL is relative to. */

import { runtime } from './globals.ts'

/** The document's base URL (`<base>` counts), a worker's location, or nothing where there is neither, as in Node. */
export function baseURL(): string | undefined {
  return runtime.document?.baseURI ?? runtime.location?.href
}
