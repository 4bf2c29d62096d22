/** Builds the command that resumes the stream where this one stopped. */

import type { Arguments, Given } from './arguments.ts'

/** A second `--record` would overwrite the recording. */
const NOT_REPEATED = ['last-event-id', 'record']

const HIDDEN = '<hidden>'
const SECRET = /auth|cookie|token|secret|passw|api[-_]?key|^key$|session|csrf|signature|^sig$/i

export interface Resumption {
  /** Values that look secret are replaced by `<hidden>`. */
  command: string
  hides: boolean
}

export function resumption({ url, given }: Arguments, lastEventId: string): Resumption {
  const options = given.filter(({ name }) => !NOT_REPEATED.includes(name)).flatMap(formatOption)
  const words = ['npx', 'everysource', redactURL(url), ...options, `--last-event-id=${lastEventId}`]
  const command = words.map(shellQuote).join(' ')
  return { command, hides: command.includes(HIDDEN) }
}

function formatOption({ name, value }: Given): string[] {
  if (value === undefined) return [`--${name}`]
  const shown = name === 'header' ? redactHeader(value) : value
  // A value that starts with a dash would be parsed as an option.
  return shown.startsWith('-') ? [`--${name}=${shown}`] : [`--${name}`, shown]
}

function redactHeader(header: string): string {
  const name = header.slice(0, header.indexOf(':'))
  return SECRET.test(name.trim()) ? `${name}: ${HIDDEN}` : header
}

/** Hides the password, and query parameters whose names suggest a secret. */
export function redactURL(url: string): string {
  return url
    .replace(/^([a-z]+:\/\/[^/?#:@]*:)[^/?#@]*@/i, `$1${HIDDEN}@`)
    .replace(/([?&])([^=&#]+)=([^&#]*)/g, (pair, start: string, name: string) =>
      SECRET.test(name) ? `${start}${name}=${HIDDEN}` : pair,
    )
}

/** Quotes a word for a POSIX shell. */
function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
