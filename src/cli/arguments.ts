/** Parses and checks the command-line arguments. */

import { parseArgs, type ParseArgsConfig } from 'node:util'
import { NAME, VALUE } from '../connection/headers.ts'
import { isMethod } from '../connection/request-body.ts'
import { closest } from '../input/closest.ts'
import { readURL } from './url.ts'
import { UsageError } from './usage.ts'

const OPTIONS = {
  method: { type: 'string', short: 'X' },
  header: { type: 'string', short: 'H', multiple: true },
  data: { type: 'string', short: 'd', multiple: true },
  'last-event-id': { type: 'string' },
  type: { type: 'string', multiple: true },
  filter: { type: 'string' },
  'data-only': { type: 'boolean' },
  json: { type: 'boolean' },
  raw: { type: 'boolean' },
  pretty: { type: 'boolean' },
  include: { type: 'boolean', short: 'i' },
  record: { type: 'string' },
  replay: { type: 'string' },
  port: { type: 'string' },
  max: { type: 'string' },
  timeout: { type: 'string' },
  reconnect: { type: 'boolean' },
  'no-reconnect': { type: 'boolean' },
  'retry-status': { type: 'string', multiple: true },
  verbose: { type: 'boolean', short: 'v' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const

/** - `raw`: the bytes of the stream, instead of messages */
type Format = 'text' | 'data' | 'json' | 'raw'

/** An option as the user typed it, for the command that resumes. */
export interface Given {
  name: string
  value: string | undefined
}

export interface Arguments {
  url: string
  method: string
  headers: [name: string, value: string][]
  /** As typed: text, or `@` and a file name. */
  data: string | undefined
  lastEventId: string | undefined
  /** Empty means all types. */
  types: string[]
  /** Only messages of this type, or whose data contains this. */
  filter: string
  format: Format
  /** Whether to format JSON data. */
  pretty: boolean
  /** Whether to print the status and headers of responses. */
  include: boolean
  /** The file for a recording. */
  record: string | undefined
  /** `Infinity` means no limit. */
  max: number
  /** In ms; undefined means no limit. */
  timeout: number | undefined
  reconnects: boolean
  retryStatuses: number[]
  verbose: boolean
  given: Given[]
}

/** To serve a recording. */
export interface ReplayArguments {
  replay: string
  port: number
}

/** @throws a `UsageError` */
export function readArguments(args: string[]): Arguments | ReplayArguments | 'help' | 'version' {
  const { values, positionals, tokens } = parseOptions(args, OPTIONS)
  if (values.help) return 'help'
  if (values.version) return 'version'
  if (values.replay !== undefined) return readReplay(values.replay, tokens, values.port)
  if (values.port !== undefined) throw new UsageError('--port is the port of --replay or of the subcommand inspect')

  const [data, ...moreData] = values.data ?? []
  if (moreData.length > 0) throw new UsageError('Use --data only once: a request has one body')
  const method = readMethod(values.method ?? (data === undefined ? 'GET' : 'POST'))
  const isBodiless = method === 'GET' || method === 'HEAD'
  if (isBodiless && data !== undefined) {
    throw new UsageError(`A ${method} request can't have a body. Remove --data, or remove --method to send a POST`)
  }
  const format = readFormat(values)
  if (values.reconnect && values['no-reconnect']) {
    throw new UsageError('Use --reconnect or --no-reconnect, not both')
  }
  const retryStatuses = (values['retry-status'] ?? []).flatMap(readStatuses)
  const wantsReconnect = values.reconnect ?? retryStatuses.length > 0
  return {
    url: readURL(readOnlyURL(positionals) ?? missingURL()),
    method,
    headers: (values.header ?? []).map(readHeader),
    data,
    lastEventId: values['last-event-id'],
    types: values.type ?? [],
    filter: values.filter ?? '',
    format,
    pretty: values.pretty ?? false,
    include: values.include ?? false,
    record: values.record,
    max: values.max === undefined ? Infinity : readMax(values.max),
    timeout: values.timeout === undefined ? undefined : readSeconds(values.timeout),
    // Like EventSource: repeating other methods may repeat their side effects.
    reconnects: !values['no-reconnect'] && (method === 'GET' || wantsReconnect),
    retryStatuses,
    verbose: values.verbose ?? false,
    given: tokens.flatMap((token) => (token.kind === 'option' ? [{ name: token.name, value: token.value }] : [])),
  }
}

/** @throws a `UsageError` */
export function parseOptions<Options extends NonNullable<ParseArgsConfig['options']>>(
  args: string[],
  options: Options,
) {
  try {
    return parseArgs({ args, allowPositionals: true, tokens: true, options })
  } catch (error) {
    const { code = '', message } = error as Error & { code?: string }
    if (code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION') {
      const unknown = /'([^']+)'/.exec(message)?.[1] ?? ''
      const near = closest(unknown.replace(/^-+/, ''), Object.keys(options))
      throw new UsageError(`Unknown option ${unknown}${near === undefined ? '' : `. Did you mean --${near}?`}`)
    }
    // Node's own messages read well, such as "Option '--max <value>' argument missing"; some have several lines.
    throw new UsageError(message.replaceAll('\n', ' '))
  }
}

type Token = ReturnType<typeof parseOptions<typeof OPTIONS>>['tokens'][number]

function readReplay(replay: string, tokens: Token[], port: string | undefined): ReplayArguments {
  for (const token of tokens) {
    const name =
      token.kind === 'option' ? token.rawName : token.kind === 'positional' ? `the URL "${token.value}"` : '--replay'
    if (!['--replay', '--port'].includes(name)) {
      throw new UsageError(`Use --replay without ${name}: it serves a recording, and prints its URL`)
    }
  }
  return { replay, port: readPort(port) }
}

function missingURL(): never {
  throw new UsageError('Missing URL. Try: npx everysource http://localhost:8000/stream')
}

/** @throws a `UsageError` if there are several */
export function readOnlyURL(positionals: string[]): string | undefined {
  if (positionals.length > 1) {
    const all = positionals.map((text) => `"${text}"`).join(', ')
    throw new UsageError(
      `Expected one URL, got ${positionals.length}: ${all}. Quote arguments that contain spaces: -H 'Name: value'`,
    )
  }
  return positionals[0]
}

/** @throws a `UsageError` */
export function readMethod(given: string): string {
  if (!NAME.test(given)) {
    throw new UsageError(`Invalid --method "${given}". Use GET, POST or another HTTP method`)
  }
  const isSent: boolean = isMethod(given)
  if (!isSent) {
    throw new UsageError(`Invalid --method "${given}": fetch can't send it. Use GET, POST or another method`)
  }
  // fetch leaves some methods in lowercase, such as `patch`, which servers reject.
  return given.toUpperCase()
}

/** @throws a `UsageError` */
export function readPort(given = '0'): number {
  const port = Number(given)
  if (!/^\d{1,5}$/.test(given) || port > 65_535)
    throw new UsageError(`--port must be a number from 0 to 65535, got "${given}"`)
  return port
}

function readHeader(given: string): [name: string, value: string] {
  const [, name, value] = /^([^:]*):(.*)$/s.exec(given) ?? []
  if (name === undefined || value === undefined) {
    throw new UsageError(`Invalid --header "${given}": the colon is missing. Example: -H 'Authorization: Bearer abc'`)
  }
  if (!NAME.test(name)) {
    throw new UsageError(
      `Invalid header name "${name}" in --header. Use letters, digits and dashes, with no space before the colon`,
    )
  }
  const trimmed = value.trim()
  if (/[\0\r\n]/.test(trimmed)) throw new UsageError(`The value of --header "${name}" contains a line break`)
  if (!VALUE.test(trimmed)) {
    throw new UsageError(
      `The value of --header "${name}" contains a character that isn't allowed in headers. Encode it first`,
    )
  }
  return [name, trimmed]
}

const FORMATS = { 'data-only': 'data', json: 'json', raw: 'raw' } as const

/** Options that select or format messages, which `--raw` doesn't print. */
const OF_MESSAGES = ['type', 'filter', 'pretty'] as const

type Values = Partial<Record<keyof typeof OPTIONS, unknown>>

function readFormat(values: Values): Format {
  const [format, other] = (Object.keys(FORMATS) as (keyof typeof FORMATS)[]).filter((name) => values[name])
  if (other !== undefined) throw new UsageError(`Use --${format} or --${other}, not both`)
  const ignored = OF_MESSAGES.find((name) => values[name])
  if (format === 'raw' && ignored !== undefined) {
    throw new UsageError(`Use --raw without --${ignored}: it prints the whole stream as it arrives`)
  }
  return format === undefined ? 'text' : FORMATS[format]
}

function readMax(given: string): number {
  if (!/^[1-9]\d*$/.test(given)) throw new UsageError(`--max must be a positive whole number, got "${given}"`)
  return Number(given)
}

function readSeconds(given: string): number {
  const ms = /^\d+(?:\.\d+)?$/.test(given) ? Number(given) * 1_000 : 0
  if (ms < 1 || ms > 2 ** 31 - 1)
    throw new UsageError(`--timeout must be a number of seconds, such as 10 or 0.5, got "${given}"`)
  return ms
}

function readStatuses(given: string): number[] {
  return given.split(',').map((part) => {
    const status = part.trim()
    if (/^[1-5]\d\d$/.test(status)) return Number(status)
    throw new UsageError(
      `--retry-status must be a comma-separated list of HTTP statuses, such as 502,503, got "${given}"`,
    )
  })
}
