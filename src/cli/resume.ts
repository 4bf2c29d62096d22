/** The command that goes on where this one has ended. */

import type { Arguments, Given } from './arguments.ts'

const HIDDEN = '<hidden>'
const SECRET = /auth|cookie|token|secret|passw|api[-_]?key|^key$|session|csrf|signature|^sig$/i

/** With a placeholder for what is secret by its name. */
export interface Resumption {
  command: string
  /** Whether there is a placeholder in it. */
  hides: boolean
}

export function resumption({ url, given }: Arguments, lastEventId: string): Resumption {
  const options = given.filter(({ name }) => name !== 'last-event-id').flatMap(written)
  const words = ['npx', 'everysource', safeURL(url), ...options, `--last-event-id=${lastEventId}`]
  const command = words.map(shellQuoted).join(' ')
  return { command, hides: command.includes(HIDDEN) }
}

function written({ name, value }: Given): string[] {
  if (value === undefined) return [`--${name}`]
  const shown = name === 'header' ? safeHeader(value) : value
  // What begins with a dash would be taken for an option.
  return shown.startsWith('-') ? [`--${name}=${shown}`] : [`--${name}`, shown]
}

function safeHeader(header: string): string {
  const name = header.slice(0, header.indexOf(':'))
  return SECRET.test(name.trim()) ? `${name}: ${HIDDEN}` : header
}

/** As it was typed but for its password, and for parameters that are secret by their names. */
function safeURL(url: string): string {
  return url
    .replace(/^([a-z]+:\/\/[^/?#:@]*:)[^/?#@]*@/i, `$1${HIDDEN}@`)
    .replace(/([?&])([^=&#]+)=([^&#]*)/g, (pair, start: string, name: string) =>
      SECRET.test(name) ? `${start}${name}=${HIDDEN}` : pair,
    )
}

/** As a word of a POSIX shell. */
function shellQuoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
