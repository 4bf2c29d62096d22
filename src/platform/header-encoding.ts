/** Text in header values. */

/**
 * A text as a header value that goes out as UTF-8: what `fetch` takes is a byte string, one character for each byte. Runtimes
 * that take any text, such as Workers, encode it themselves. (Fetch standard, "header value")
 */
export function headerValue(text: string): string {
  // Almost every header value is ASCII, whose UTF-8 bytes are its characters.
  if (/^[\0-\x7f]*$/.test(text) || takesAnyText()) return text
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
}

function takesAnyText(): boolean {
  try {
    new Headers({ 'X-Text': '…' })
    return true
  } catch {
    return false
  }
}
