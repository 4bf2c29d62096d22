/** Texts of servers on a terminal. */

// Control characters, those of C1 too; and what makes a text run backwards, to look like another.
// eslint-disable-next-line no-control-regex -- they are what it looks for
const DANGEROUS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g

/** With what could command the terminal written out, as `\x1b`; line feeds and tabs stay. */
export function visible(text: string): string {
  return text.replace(DANGEROUS, (character) => {
    const code = character.charCodeAt(0).toString(16)
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`
  })
}

/** The same in one line. */
export function visibleLine(text: string): string {
  return visible(text).replaceAll('\n', '\\n').replaceAll('\t', ' ')
}

/** JSON in which such characters are escaped as JSON has it, so that it says the same. */
export function visibleJSON(json: string): string {
  return json.replace(DANGEROUS, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
