/** Escapes text from servers for a terminal. */

// C0 and C1 control characters, and bidirectional controls, which can make text look like something else.
// eslint-disable-next-line no-control-regex -- matching them is the point
const DANGEROUS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** Escapes characters that could control the terminal, such as `\x1b`; keeps line feeds and tabs. */
export function visible(text: string): string {
  return text.replace(DANGEROUS, (character) => {
    const code = character.charCodeAt(0).toString(16)
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`
  })
}

/** Like `visible`, but on one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', ' ')
}

/** Uses JSON escapes, so the value stays the same. */
export function visibleJSON(json: string): string {
  return json.replace(DANGEROUS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
