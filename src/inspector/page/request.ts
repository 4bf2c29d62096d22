/** Reads and checks the request from the form. Independent of the DOM. */

import { readURL as readTypedURL } from '../../cli/url.ts'
import { UsageError } from '../../cli/usage.ts'
import { dropsHeader } from '../../platform/platform.ts'

/** Whether the browser sends the request, or the local server. */
export type Route = 'direct' | 'forwarded'

/** A request and the options for its stream. */
export interface Wanted {
  url: URL
  method: string
  headers: [name: string, value: string][]
  body: string | undefined
  route: Route
  /** Whether to reconnect when the connection is lost. */
  reconnects: boolean
  /** Statuses after which to reconnect, such as 503. */
  retryStatuses: number[]
  /** Closes the stream at a message with this type or data. */
  closeAt: string
  /** Event types to listen for from the start. */
  types: string[]
  /** Whether to compare with the native `EventSource`. */
  compares: boolean
}

/** An invalid field. */
export class InputError extends Error {
  /** The ID of the field. */
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}

/**
 * Reads a URL as the command does.
 *
 * @param base for paths of the server's own streams, if it has any
 * @throws an `InputError`
 */
export function readURL(text: string, base?: string): URL {
  const given = text.trim()
  if (given === '') throw new InputError('url', 'Enter a URL')
  if (base !== undefined && /^\/(?!\/)/.test(given)) return new URL(given, base)
  try {
    return new URL(readTypedURL(given))
  } catch (error) {
    throw new InputError('url', error instanceof UsageError ? error.message : 'Invalid URL')
  }
}

/**
 * Reads one header per line.
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
      if (name === '') throw new InputError('headers', `Invalid header “${line}”. Use “Name: value”`)
      return [name, value]
    })
}

/** @throws an `InputError` */
export function readStatuses(text: string): number[] {
  return words(text).map((word) => {
    if (!/^[3-5]\d\d$/.test(word)) throw new InputError('retry-statuses', `Invalid status “${word}”. Example: 502, 503`)
    return Number(word)
  })
}

export function words(text: string): string[] {
  return text.split(/[\s,]+/).filter((word) => word !== '')
}

/** @throws an `InputError` */
export function check({ method, headers, body, route }: Wanted): void {
  if (!/^[\w!#$%&'*+.^`|~-]+$/.test(method)) throw new InputError('method', 'Invalid method')
  if (/^(?:CONNECT|TRACE|TRACK)$/.test(method)) throw new InputError('method', `fetch can't send the method ${method}`)
  const invalid = headers.find(([, value]) => /[^\t\x20-\x7e\x80-\xff]/.test(value))
  if (invalid) throw new InputError('headers', `The header ${invalid[0]} has characters that HTTP doesn't allow`)
  if (body !== undefined && isBodiless(method)) {
    throw new InputError('body', `A ${method} request can't have a body. Choose another method or clear the body`)
  }
  const refused = route === 'direct' ? headers.find(([name]) => dropsHeader(name)) : undefined
  if (refused)
    throw new InputError('headers', `Browsers don't let pages send the header ${refused[0]}. ${FORWARD_HINT}`)
}

const FORWARD_HINT = 'To send it, choose “Forwarded” in “npx everysource inspect”.'

/** Why the native `EventSource` can't follow this stream; undefined if it can. */
export function nativeLimit({ method, headers, body }: Wanted): string | undefined {
  if (method !== 'GET') return `it can only send GET, not ${method}`
  if (headers.length > 0) return "it can't send headers"
  return body === undefined ? undefined : "it can't send a body"
}

/** The command that inspects this stream through the local server. */
export function commandFor(wanted: Wanted): string {
  return ['npx everysource inspect', shellQuote(wanted.url.href), ...optionsOf(wanted)].join(' ')
}

/** The command that sends the same request with curl. */
export function curlFor(wanted: Wanted, lastEventId = ''): string {
  const sent = new Set(wanted.headers.map(([name]) => name.toLowerCase()))
  const defaults: Wanted['headers'] = [
    ['Accept', 'text/event-stream'],
    ['Content-Type', wanted.body === undefined ? '' : 'text/plain;charset=UTF-8'],
    ['Last-Event-ID', lastEventId],
  ]
  const added = defaults.filter(([name, value]) => value !== '' && !sent.has(name.toLowerCase()))
  // Otherwise, curl expands brackets.
  const curl = /[[\]{}]/.test(wanted.url.href) ? 'curl -gN' : 'curl -N'
  const options = optionsOf({ ...wanted, headers: [...added, ...wanted.headers] }, '--data-raw')
  return [curl, ...options.map(asCurl), shellQuote(wanted.url.href)].join(' ')
}

/** curl sends an empty header only with a semicolon. */
function asCurl(option: string): string {
  return option.replace(/^'([\w!#$%&*+.^`|~-]+): '$/, "'$1;'")
}

/** The options that curl and the command share. */
function optionsOf({ method, headers, body }: Wanted, data = '-d'): string[] {
  const parts: string[] = []
  if (method !== (body === undefined ? 'GET' : 'POST')) parts.push('-X', shellQuote(method))
  for (const [name, value] of headers) parts.push('-H', shellQuote(`${name}: ${value}`))
  if (body !== undefined) parts.push(data, shellQuote(body))
  return parts
}

/** Quotes a word for a POSIX shell. */
function shellQuote(text: string): string {
  return /^[\w:/.,=+-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`
}

function isBodiless(method: string): boolean {
  return method === 'GET' || method === 'HEAD'
}
