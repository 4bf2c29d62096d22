/** What is to be sent, as a person has written it. Knows no page. */

import { dropsHeader } from '../../platform/platform.ts'

/** How a request gets to its server: from the browser itself, or by the local server. */
export type Way = 'direct' | 'forwarded'

/** A request and what to do about its stream. */
export interface Wanted {
  url: URL
  method: string
  headers: [name: string, value: string][]
  body: string | undefined
  way: Way
  /** Whether to send it again when the connection is lost. */
  reconnects: boolean
  /** Whether that includes answers that say "later". */
  isPatient: boolean
  /** The type or the data of a message that is the last one. */
  closeAt: string
  /** Types of messages that are known beforehand. */
  types: string[]
  /** Whether to have the browser's own `EventSource` beside it. */
  compares: boolean
}

/** What a person has to change. */
export class InputError extends Error {
  /** The name of the field. */
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/** @throws an `InputError` */
export function readURL(text: string, base: string): URL {
  const url = text.trim()
  if (url === '') throw new InputError('url', 'Say which URL to follow')
  // `localhost:3000` would be a URL whose scheme is `localhost`.
  const full = /^[\w.-]+:\d+(\/|$)/.test(url) ? `http://${url}` : url
  const read = URL.canParse(full, base) ? new URL(full, base) : undefined
  if (!read) throw new InputError('url', 'This is no URL')
  if (read.protocol !== 'http:' && read.protocol !== 'https:') {
    throw new InputError('url', 'A URL must begin with http:// or https://')
  }
  return read
}

/**
 * One header on each line.
 *
 * @throws an `InputError`
 */
export function readHeaders(text: string): [string, string][] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .map((line) => {
      const [, name = '', value = ''] = /^([\w!#$%&'*+.^`|~-]+):\s*(.*)$/.exec(line) ?? []
      if (name === '') throw new InputError('headers', `“${line}” is no header: write a name, a colon and a value`)
      return [name, value]
    })
}

/** @throws an `InputError` */
export function check({ method, headers, body, way }: Wanted): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(method)) throw new InputError('method', 'This is no method')
  if (body !== undefined && isBodiless(method)) {
    throw new InputError('body', `A ${method} has no body: choose another method, or empty the field`)
  }
  const refused = way === 'direct' ? headers.find(([name]) => dropsHeader(name)) : undefined
  if (refused) throw new InputError('headers', `A browser lets no page send the header ${refused[0]}. ${FORWARD_IT}`)
}

const FORWARD_IT = 'The local server of “npx everysource inspect” can: choose “Forwarded” there.'

/** Why the browser's own `EventSource` cannot follow it, if so. */
export function whyNotNative({ method, headers, body }: Wanted): string | undefined {
  if (method !== 'GET') return `it can only send GET, and this is a ${method}`
  if (headers.length > 0) return 'it cannot send headers'
  return body === undefined ? undefined : 'it cannot send a body'
}

/** The same in a terminal, where no browser stands in the way. */
export function commandFor({ url, method, headers, body }: Wanted): string {
  const parts = ['npx everysource inspect', quoted(url.href)]
  if (method !== (body === undefined ? 'GET' : 'POST')) parts.push('-X', quoted(method))
  for (const [name, value] of headers) parts.push('-H', quoted(`${name}: ${value}`))
  if (body !== undefined) parts.push('-d', quoted(body))
  return parts.join(' ')
}

/** For a POSIX shell. */
function quoted(text: string): string {
  return /^[\w:/.,=+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
