/** Text in header values. */

/**
 * The UTF-8 bytes of a text as a byte string, one character for each byte: what `fetch` takes for a header value that is
 * not ASCII. (Fetch standard, "isomorphic decode")
 */
export function utf8ByteString(text: string): string {
  // Almost every header value is ASCII, whose UTF-8 bytes are its characters.
  if (/^[\0-\x7f]*$/.test(text)) return text
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
}
