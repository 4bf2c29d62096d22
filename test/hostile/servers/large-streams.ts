/** Hostile servers that send endless or compressed streams, to measure memory. */

import { blockOf, head, pour, stream } from './responses.ts'
import { ENCODINGS, sendBomb } from './decompression.ts'
import assert from 'node:assert/strict'
import type { HostileServer, Visit } from './hostile-server.ts'

/** Number of event types. */
const TYPES = 1_000_000

/** Event types per write. */
const BATCH = 2_000

/** How long to read endless streams that exceed no limit, in ms. */
const WHILE = 500

const poured =
  (start: string, text: string) =>
  ({ socket }: Visit): void => {
    stream(socket, start)
    pour(socket, blockOf(text))
  }

/** Each runs with the default `maxBufferSize` and with 1 Mi. */
const BOTH: Omit<HostileServer, 'kind'>[] = [
  { name: 'endless line', serve: poured('data: ', 'x'), expect: 'too-large' },
  { name: 'endless line of two-byte characters', serve: poured('data: ', 'Ж'), expect: 'too-large' },
  { name: 'endless line of emoji', serve: poured('data: ', '😀'), expect: 'too-large' },
  {
    name: 'endless line of invalid UTF-8',
    serve: ({ socket }) => {
      stream(socket, 'data: ')
      pour(socket, Buffer.alloc(2 ** 18, 0xff))
    },
    expect: 'too-large',
  },
  { name: 'endless comment', serve: poured('data: x\n:', 'x'), expect: 'too-large' },
  { name: 'endless id', serve: poured('id: ', '7'), expect: 'too-large' },
  { name: 'endless retry', serve: poured('retry: ', '7'), expect: 'too-large' },
  { name: 'endless event of small lines', serve: poured('', 'data\n'), expect: 'too-large' },
  {
    name: 'endless event of small lines among comments',
    serve: poured('', 'data:x\n: and so on, and so on\n'),
    expect: 'too-large',
  },
  ...ENCODINGS.map((encoding) => ({
    name: `${encoding} bomb: endless line`,
    serve: ({ socket }: Visit) => void sendBomb(socket, { encoding, text: 'data: ', filling: 'x' }),
    expect: 'too-large' as const,
  })),
]

/** The quick run tests the default limit with these only. */
const SHOWN = [
  'endless line',
  'endless line of two-byte characters',
  'endless event of small lines',
  'br bomb: endless line',
]

/** Endless streams that exceed no limit: they must not accumulate memory. */
const HARMLESS: Omit<HostileServer, 'kind' | 'expect'>[] = [
  { name: 'endless comments', serve: poured('', ': and so on\n'), wantsComments: true, until: { ms: WHILE } },
  { name: 'endless blank lines', serve: poured('', '\n'), until: { ms: WHILE } },
  // A decoder can stop buffering an unknown field name.
  { name: 'endless field name', serve: poured('', 'x'), until: { ms: WHILE } },
  { name: 'endless unknown fields', serve: poured('', 'field: and so on\n'), until: { ms: WHILE } },
  { name: 'endless types of one event', serve: poured('', 'event: and so on\n'), until: { ms: WHILE } },
  { name: 'endless retries', serve: poured('', 'retry: 1000\n'), until: { ms: WHILE } },
  {
    name: 'endless ids',
    serve: ({ socket }) => {
      let id = 0
      stream(socket)
      pour(socket, () => {
        let block = ''
        for (const end = id + BATCH; id < end; id++) block += `id: ${id}\n\n`
        return block
      })
    },
    until: { ms: WHILE },
  },
  {
    name: 'a million event types',
    serve: ({ socket }) => {
      let type = 0
      stream(socket)
      pour(socket, () => {
        let block = ''
        for (const end = type + BATCH; type < end; type++) block += `event: type-${type}\ndata: x\n\n`
        return type === TYPES ? `${block}data: the last\n\n` : block
      })
    },
    until: { messages: 1 },
  },
  {
    name: 'gzip bomb: endless comments',
    serve: ({ socket }) => void sendBomb(socket, { encoding: 'gzip', text: ':\n', filling: ': and so on, on\n' }),
    until: { ms: WHILE },
  },
]

/** Refused responses, of which only the start of the body is read. */
const REFUSED: Omit<HostileServer, 'kind'>[] = [
  {
    name: 'endless body of a refused response',
    serve: ({ socket }) => {
      socket.write(head(500, ['Content-Type: text/plain', 'Connection: close']))
      pour(socket, blockOf('Sorry. '))
    },
    expect: 'status',
  },
  {
    name: 'gzip bomb in a refused response',
    serve: ({ socket }) => void sendBomb(socket, { encoding: 'gzip', text: 'x', filling: 'x', status: 500 }),
    expect: 'status',
  },
  {
    name: 'endless page',
    serve: ({ socket }) => {
      socket.write(head(200, ['Content-Type: text/html', 'Connection: close']))
      pour(socket, blockOf('<p>'))
    },
    expect: 'content-type',
  },
]

export const LARGE_STREAMS: HostileServer[] = [
  ...BOTH.flatMap((hostile): HostileServer[] => [
    // They are similar and slow.
    { ...hostile, kind: 'large', isForLongRuns: !SHOWN.includes(hostile.name) },
    { ...hostile, kind: 'large', name: `${hostile.name}, maxBufferSize 1 Mi`, options: { maxBufferSize: 2 ** 20 } },
  ]),
  ...HARMLESS.map((hostile): HostileServer => ({ ...hostile, kind: 'large', expect: 'open' })),
  ...REFUSED.map((hostile): HostileServer => ({
    ...hostile,
    kind: 'large',
    check: ({ sources }) => {
      for (const { errors } of sources) assert((errors[0]?.body ?? Infinity) <= 65_536, 'kept more than 64 KiB')
    },
  })),
]
