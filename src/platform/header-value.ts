/** Encodes text for header values. */

import { tryGet, runtime } from './globals.ts'

/**
 * Encodes text as a header value that is sent as UTF-8: `fetch` takes a byte string, with one character per byte. Runtimes that
 * accept any text, such as Workers, encode it themselves. (Fetch standard, "header value")
 *
 * @returns undefined if the runtime cannot send those bytes
 */
export function headerValue(text: string): string | undefined {
  // Almost every header value is ASCII, whose UTF-8 bytes are its characters.
  if (/^[\0-\x7f]*$/.test(text) || acceptsUnicode()) return text
  if (encodesTwice()) return /^[\0-\xff]*$/.test(text) ? text : undefined
  return percentDecode(encodeURIComponent(text))
}

/** Decodes percent-encoded ASCII text to a byte string, with one character per byte. */
export function percentDecode(text: string): string {
  return text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}

function acceptsUnicode(): boolean {
  try {
    new Headers({ 'X-Text': '…' })
    return true
  } catch {
    return false
  }
}

/**
 * WebKitGTK (2.50) takes byte strings but encodes each byte as UTF-8 again, so characters past U+00FF cannot be sent. This is
 * visible only on the wire, so WebKit is detected by `sourceURL` of errors, which Bun also has; Bun sends the bytes unchanged.
 * (Conformance suite, fact 8)
 */
function encodesTwice(): boolean {
  return 'sourceURL' in new Error() && !tryGet(() => runtime.Bun)
}
