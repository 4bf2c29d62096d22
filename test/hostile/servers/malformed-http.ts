/** Hostile servers that violate HTTP. */

import assert from 'node:assert/strict'
import { blockOf, GOOD_HEAD, head, pour, stream } from './responses.ts'
import type { HostileServer, Expected, Visit } from './hostile-server.ts'

/** A realistic head. */
const REAL_HEAD = [
  'HTTP/1.1 200 OK',
  'Server: nginx/1.26.3',
  'Date: Sat, 28 Nov 2026 18:00:00 GMT',
  'Content-Type: text/event-stream; charset=utf-8',
  'Transfer-Encoding: chunked',
  'Connection: keep-alive',
  'Cache-Control: no-cache',
  '',
  '',
].join('\r\n')

const CHUNKED_HEAD = head(200, ['Content-Type: text/event-stream', 'Transfer-Encoding: chunked'])

/** Invalid responses, all of which must be rejected. */
const GARBAGE = [
  'data: hello\n\n',
  '<!doctype html><title>Hello</title>',
  'SSH-2.0-OpenSSH_10.0\r\n',
  '220 mail.example.com ESMTP\r\n',
  'ICY 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n',
  'HTTP/9.9 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n',
  'HTTP/1.1 99999 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n',
  'HTTP/1.1 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: x\n\n',
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\0'.repeat(1_000),
  '\r\n'.repeat(1_000),
  `HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nX: a\0b\r\n\r\n`,
]

/** Timeouts end endless heads; some runtimes detect a broken connection earlier. */
const TIMEOUTS = { connectTimeout: 500, idleTimeout: 500 }
const UNNOTICED: Expected = ['timeout', 'network']

const poured =
  (start: string, text: string) =>
  ({ socket }: Visit): void => {
    socket.write(start)
    pour(socket, blockOf(text))
  }

/** Endless heads and frames. */
const ENDLESS: [name: string, start: string, text: string][] = [
  ['endless garbage', '', 'garbage'],
  ['endless reason phrase', 'HTTP/1.1 200 ', 'OK'],
  ['endless header', 'HTTP/1.1 200 OK\r\nX-Endless: ', 'x'],
  ['endless headers', 'HTTP/1.1 200 OK\r\n', 'X-Endless: x\r\n'],
  ['endless interim responses', '', 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n'],
  ['endless chunk size', CHUNKED_HEAD, '0'],
  ['endless chunk extension', `${CHUNKED_HEAD}5;x=`, 'x'],
  ['endless trailers', `${CHUNKED_HEAD}0\r\n`, 'X-Endless: x\r\n'],
]

const MEGABYTE = 'x'.repeat(1_000_000)
/** Node's fetch accepts heads up to 16 KiB by default. */
const LARGE_HEADS = ['--max-http-header-size=8000000']

/** Heads beyond the default limit of fetch, and the outcome if the limit is raised. */
const LARGE: [name: string, fields: string[], raised: 'open' | 'content-type'][] = [
  ['content-type of 1 MB', [`Content-Type: ${MEGABYTE}`], 'content-type'],
  ['content-type of 1 MB of parameters', [`Content-Type: text/event-stream${';x="y"'.repeat(160_000)}`], 'open'],
  ['content-type of 1 MB of spaces', [`Content-Type: text/${' '.repeat(1_000_000)}x`], 'content-type'],
  [
    '64 KiB of headers',
    [...Array.from({ length: 64 }, (_, n) => `X-${n}: ${'x'.repeat(1_016)}`), 'Content-Type: text/event-stream'],
    'open',
  ],
]

export const MALFORMED_HTTP: HostileServer[] = [
  {
    name: 'early close at each byte of the head',
    kind: 'brief',
    sources: REAL_HEAD.length,
    serve: ({ socket, source }) => {
      socket.end(REAL_HEAD.slice(0, source))
    },
    options: { reconnect: false },
    expect: 'network',
  },
  {
    name: 'reset at each byte of the head',
    kind: 'brief',
    sources: REAL_HEAD.length,
    serve: ({ socket, source }) => {
      socket.write(REAL_HEAD.slice(0, source), () => socket.resetAndDestroy())
    },
    options: { reconnect: false },
    expect: 'network',
  },
  {
    name: 'garbage instead of HTTP',
    kind: 'brief',
    sources: GARBAGE.length,
    serve: ({ socket, source }) => {
      socket.end(Buffer.from(GARBAGE[source] ?? '', 'latin1'))
    },
    options: { reconnect: false },
    expect: 'network',
  },
  {
    name: 'HTTP/0.9',
    kind: 'brief',
    serve: ({ socket }) => {
      socket.end('HTTP/0.9 200 OK\r\n\r\ndata: x\n\n')
    },
    options: { reconnect: false },
    expect: ['network', 'content-type'],
  },
  {
    name: 'response before the request',
    kind: 'brief',
    greet: (socket) => {
      socket.write(`${GOOD_HEAD}data: early\n\n`)
    },
    options: { reconnect: false },
    until: { messages: 1 },
    // A client that has already sent its request can't detect it.
    expect: ['open', 'network'],
  },
  {
    name: 'garbage before the request',
    kind: 'brief',
    greet: (socket) => {
      socket.write('data: early\n\n')
    },
    options: { ...TIMEOUTS, reconnect: false },
    // Bun 1.4 does not detect it.
    expect: UNNOTICED,
  },
  {
    name: 'two responses to one request',
    kind: 'brief',
    serve: ({ socket, nth }) => {
      const response = (text: string): string =>
        `${head(200, ['Content-Type: text/event-stream', `Content-Length: ${text.length}`])}${text}`
      if (nth === 1) socket.write(response('retry: 0\ndata: 1\n\n') + response('data: smuggled\n\n'))
      else stream(socket, 'data: 2\n\n')
    },
    until: { messages: 2 },
    expect: ['ended', 'network'],
    check: ({ sources: [source] }) => {
      assert.deepEqual(source?.data, ['1', '2'])
    },
  },
  ...ENDLESS.map(([name, start, text]): HostileServer => ({
    name,
    kind: 'large',
    serve: poured(start, text),
    options: { ...TIMEOUTS, reconnect: false },
    expect: UNNOTICED,
  })),
  {
    name: 'head byte by byte',
    kind: 'wait',
    serve: ({ socket }) => {
      let sent = 0
      const drip = setInterval(() => socket.write(REAL_HEAD.charAt(sent++)), 100)
      socket.once('close', () => {
        clearInterval(drip)
      })
    },
    options: { ...TIMEOUTS, reconnect: false },
    expect: 'timeout',
  },
  ...LARGE.flatMap(([name, fields, raised]): HostileServer[] => {
    const serve = ({ socket }: Visit): void => {
      socket.write(`${head(200, [...fields, 'Connection: close'])}data: x\n\n`)
    }
    const options = { reconnect: false }
    const until = { messages: 1, errors: 1 }
    return [
      // The limit differs between runtimes.
      { name, kind: 'brief', serve, options, until, expect: ['network', raised] },
      { name: `${name}, limit raised`, kind: 'large', serve, options, until, expect: raised, flags: LARGE_HEADS },
    ]
  }),
]
