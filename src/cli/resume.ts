/** Builds the command that resumes the stream where this one stopped. */

import type { Arguments, Given } from './arguments.ts'

/** A second `--record` would overwrite the recording. */
const NOT_REPEATED = ['last-event-id', 'record']

const HIDDEN = '<hidden>'
/** Names that suggest a secret: these anywhere, and short ones only as words. */
const SECRET = new RegExp(
  [
    'auth|bearer|cookie|credential|csrf|jwt|passphrase|passw|pwd|secret|sess|signature|token|xsrf',
    '(?:access|api|private)[-_]?key',
    '(?<![a-z0-9])(?:key|otp|pass|pin|sid|sig)(?![a-z0-9])',
    '^code$',
  ].join('|'),
  'i',
)

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

/** Hides the user name and password, and parameters of the query or the hash whose names suggest a secret. */
function redactURL(given: string): string {
  const { protocol, username, password, host, pathname, search, hash } = new URL(given)
  const user = username === '' && password === '' ? '' : `${HIDDEN}@`
  const redacted = `${protocol}//${user}${host}${pathname}${redactParameters(search)}${redactParameters(hash)}`
  return redacted.includes(HIDDEN) ? redacted : given
}

/** @param text starts with `?` or `#` */
function redactParameters(text: string): string {
  return text.replace(/([#?&])([^?&=]+)=([^&]*)/g, (pair, start: string, name: string) => {
    // Decodes the name.
    const [decoded = ''] = new URLSearchParams(`&${name}`).keys()
    return SECRET.test(decoded) ? `${start}${name}=${HIDDEN}` : pair
  })
}

/** Quotes a word for a POSIX shell. */
function shellQuote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`
}
