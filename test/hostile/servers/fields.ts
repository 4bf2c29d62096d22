/** Hostile servers that send dangerous field values. */

import assert from 'node:assert/strict'
import { stream, streamAndEnd } from './responses.ts'
import type { HostileServer, Request } from './hostile-server.ts'

/** Maximum delay of a timer. */
const LONGEST = 2 ** 31 - 1
const DEFAULT = 3_000

/** Values of `retry` and the minimum wait for each; jitter adds up to a quarter. */
const RETRIES: [value: string, wait: number][] = [
  ['0', 100],
  ['1', 100],
  ['000000250', 250],
  ['60000', 60_000],
  [String(2 ** 31 - 1), LONGEST],
  [String(2 ** 31), LONGEST],
  [String(2 ** 32 + 5), LONGEST],
  [String(2 ** 53), LONGEST],
  [String(2n ** 53n + 1n), LONGEST],
  [String(2n ** 64n + 5n), LONGEST],
  ['1'.padEnd(400, '0'), LONGEST],
  ['0'.padStart(400, '0'), 100],
  // Not only ASCII digits, so ignored.
  ...[
    '',
    '-1',
    '+5',
    '1.5',
    '1e1',
    '0x5',
    ' 5',
    '5 ',
    '5\t',
    '5 5',
    '5,0',
    'NaN',
    'Infinity',
    '٥',
    '５',
    '\u{1d7d3}',
  ].map((value): [string, number] => [value, DEFAULT]),
]

const CONTROLS = [...Array.from({ length: 32 }, (_, code) => code), 127, 0x80, 0x85, 0x9f].map((code) =>
  String.fromCodePoint(code),
)

const LONG_ID = 'x'.repeat(2 ** 20)

/** Values of `id` and the Last-Event-ID of the next request. */
const IDS: [id: string, sent: string | undefined][] = [
  ...CONTROLS.map((control): [string, string | undefined] => [`a${control}b`, sentFor(control)]),
  // A client that sends the low byte of each character sends line ends here.
  ['aĊX-Injected: yes', 'aĊX-Injected: yes'],
  ['a嘍嘊X-Injected: yes', 'a嘍嘊X-Injected: yes'],
  ['a\u{1d40d}\u{1d40a}X-Injected: yes', 'a\u{1d40d}\u{1d40a}X-Injected: yes'],
  ['a\u2028X-Injected: yes\u2029', 'a\u2028X-Injected: yes\u2029'],
  ['a%0d%0aX-Injected: yes', 'a%0d%0aX-Injected: yes'],
  ['a\\r\\nX-Injected: yes', 'a\\r\\nX-Injected: yes'],
  ['a\r\nX-Injected: yes', 'a'],
  ['a\nX-Injected: yes\r\n', 'a'],
  ['a\rX-Injected: yes', 'a'],
  ['a\0\r\nX-Injected: yes', undefined],
  [': \t', ':'],
  [LONG_ID, LONG_ID],
]

/** Names with a meaning in JavaScript or in the interface. */
const TYPES = [
  ...['__proto__', 'constructor', 'prototype', 'toString', 'valueOf', 'hasOwnProperty', '__defineGetter__', 'then'],
  ...[
    'error',
    'open',
    'close',
    'abort',
    'onmessage',
    'isTrusted',
    'message ',
    'MESSAGE',
    '\u{1f4a3}',
    '\ufeff',
    'x\0y',
  ],
  'long'.repeat(10_000),
]

export const FIELDS: HostileServer[] = [
  {
    name: 'retry of every size',
    kind: 'wait',
    isForSources: true,
    sources: RETRIES.length,
    serve: ({ socket, source }) => {
      streamAndEnd(socket, `retry:${RETRIES[source]?.[0] === '' ? '' : ' '}${RETRIES[source]?.[0] ?? ''}\ndata: x\n\n`)
    },
    until: { ms: 1_500 },
    expect: 'ended',
    check: ({ sources, requests }) => {
      for (const [source, [value, wait]] of RETRIES.entries()) {
        const delay = sources[source]?.errors[0]?.delay ?? NaN
        const most = Math.min(wait * 1.25, LONGEST)
        assert.ok(delay >= wait && delay <= most, `retry: ${value.slice(0, 40)} leads to a wait of ${delay} ms`)
        const [first, second] = requests.filter((request) => request.source === source)
        // Clocks differ by a millisecond or two.
        const waited = first && second ? second.at - first.at : Infinity
        assert.ok(waited >= wait - 2, `retry: ${value.slice(0, 40)} leads to a request after ${waited} ms`)
      }
    },
  },
  {
    name: 'ids with control characters, and header injection',
    kind: 'brief',
    sources: IDS.length,
    serve: ({ socket, source }) => {
      streamAndEnd(socket, `retry: 0\nid: ${IDS[source]?.[0] ?? ''}\ndata: x\n\n`)
    },
    until: { errors: 2 },
    expect: 'ended',
    check: ({ requests }) => {
      for (const [source, [id, sent]] of IDS.entries()) {
        const [first, second] = requests.filter((request) => request.source === source)
        assert.ok(first && second, `second request missing after ${JSON.stringify(id.slice(0, 40))}`)
        const expected = sent === undefined ? undefined : Buffer.from(trimmed(sent)).toString('latin1')
        const { 'last-event-id': value, ...others } = fieldsOf(second)
        // `assert.equal` would print a long ID in full.
        assert.ok(
          value === expected,
          `${JSON.stringify(id.slice(0, 40))} is sent as ${JSON.stringify(value?.slice(0, 80))}`,
        )
        assert.deepEqual(others, fieldsOf(first))
      }
    },
  },
  {
    name: 'event types with special meanings',
    kind: 'brief',
    types: TYPES,
    serve: ({ socket }) => {
      stream(socket, [...TYPES.map((type) => `event: ${type}\ndata: {"polluted": true}\n\n`), 'data: x\n\n'].join(''))
    },
    until: { messages: TYPES.length + 1 },
    expect: 'open',
    check: ({ sources: [source] }) => {
      assert.deepEqual(
        new Map(Object.entries(source?.types ?? {})),
        new Map([...TYPES, 'message'].map((type) => [type, 1])),
      )
      assert.equal(source?.readyState, 1)
    },
  },
]

/** A header value may contain a tab but no other control character. Line ends end the field, and an ID with NUL is ignored. */
function sentFor(control: string): string | undefined {
  if (control === '\t' || control > '\x7f') return `a${control}b`
  return control === '\n' || control === '\r' ? 'a' : undefined
}

/** Header fields of a request. Asserts that lines end with CRLF and contain no other control characters. */
function fieldsOf({ head }: Request): Record<string, string> {
  const [, ...lines] = head.split('\r\n')
  // eslint-disable-next-line no-control-regex -- the check is for control characters
  for (const line of lines) assert.doesNotMatch(line, /[\0-\x08\x0a-\x1f\x7f]/)
  return Object.fromEntries(
    lines.map((line) => {
      const colon = line.indexOf(':')
      return [line.slice(0, colon).toLowerCase(), trimmed(line.slice(colon + 1))]
    }),
  )
}

/** Trims as HTTP does; `String.prototype.trim` removes more. */
function trimmed(value: string): string {
  return value.replace(/^[ \t]+|[ \t]+$/g, '')
}
