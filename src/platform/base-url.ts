/** What a document adds to a URL. */

import { runtime } from './globals.ts'

/** The document's base URL (`<base>` counts), a worker's location, or nothing where there is neither, as in Node. */
export function baseURL(): string | undefined {
  return runtime.document?.baseURI ?? runtime.location?.href
}

/** In a document of another encoding than UTF-8, queries are encoded in that; only the document knows how. */
export function encodedByDocument(input: string): string {
  const { document } = runtime
  if (!document || (document.characterSet ?? 'UTF-8') === 'UTF-8') return input
  const link = document.createElement('a')
  link.href = input
  return link.href
}
