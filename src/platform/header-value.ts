/** Text in header values. */

import { tryGet, runtime } from './globals.ts'

/**
 * A text as a header value that goes out as UTF-8: `fetch` takes a byte string, one character for each byte. Runtimes that take
 * any text, such as Workers, encode it themselves. (Fetch standard, "header value")
 *
 * @returns undefined where no value would go out as those bytes
 */
export function headerValue(text: string): string | undefined {
  // Almost every header value is ASCII, whose UTF-8 bytes are its characters.
  if (/^[\0-\x7f]*$/.test(text) || acceptsUnicode()) return text
  if (encodesTwice()) return /^[\0-\xff]*$/.test(text) ? text : undefined
  return percentDecode(encodeURIComponent(text))
}

/** The bytes that a text of ASCII characters and percent signs stands for, one character each. */
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
 * WebKitGTK (2.50) takes byte strings and sends the UTF-8 of each byte, so that the bytes of a character past U+00FF cannot be
 * sent. It shows only on the wire; errors with a `sourceURL` are WebKit's, and Bun's, which sends bytes as they are. (Fact 8)
 */
function encodesTwice(): boolean {
  return 'sourceURL' in new Error() && !tryGet(() => runtime.Bun)
}
