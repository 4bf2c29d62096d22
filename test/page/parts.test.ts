/** The parts of the page that need no page. */

import { describe, expect, test } from 'vitest'
import { Comparison, GRACE, LATE, type Side } from '../../src/inspector/page/comparison.ts'
import { MOST_KEPT, Recording } from '../../src/inspector/page/recording.ts'
import { check, commandFor, readHeaders, readURL, whyNotNative, type Wanted } from '../../src/inspector/page/request.ts'
import { pieceOf, questionOf, withPrompt } from '../../src/inspector/page/text.ts'

describe('a comparison', () => {
  function hear(comparison: Comparison, side: Side, ...data: string[]): void {
    for (const text of data) comparison.heard(side, { type: 'message', lastEventId: text, data: text }, 0)
  }

  test('of the same messages finds nothing, however far one side is ahead', () => {
    const comparison = new Comparison()
    hear(comparison, 'native', '1', '2', '3')
    hear(comparison, 'ours', '1', '2', '3', '4')
    comparison.settle(GRACE)
    expect([comparison.equal, comparison.count]).toEqual([3, 0])
  })

  test('tells what is different in a pair, once it has stayed so', () => {
    const comparison = new Comparison()
    comparison.heard('ours', { type: 'a', lastEventId: '1', data: 'x' }, 0)
    comparison.heard('native', { type: 'b', lastEventId: '1', data: 'y' }, 0)
    comparison.settle(0)
    comparison.settle(GRACE - 1)
    expect(comparison.count).toBe(0)
    comparison.settle(GRACE)
    expect(comparison.differences.map(({ text }) => text)).toEqual(['message 1: type “a” and “b”; data “x” and “y”'])
  })

  test('goes on after messages that came to one side alone', () => {
    const comparison = new Comparison()
    hear(comparison, 'ours', '1', '2', '3', '4')
    hear(comparison, 'native', '1', '4', '5')
    comparison.settle(0)
    comparison.settle(GRACE)
    hear(comparison, 'ours', '5')
    expect([comparison.equal, comparison.count]).toEqual([3, 2])
    expect(comparison.differences[0]?.text).toBe('message 2 came to everysource alone: “2”')
  })

  test('tells of a message that the other side never gets', () => {
    const comparison = new Comparison()
    hear(comparison, 'native', '1')
    comparison.settle(LATE - 1)
    expect(comparison.count).toBe(0)
    comparison.settle(LATE)
    expect(comparison.differences[0]?.text).toBe('message 1 came to the native EventSource alone: “1”')
  })

  test('tells of states that stay different, once each time', () => {
    const comparison = new Comparison()
    comparison.states('OPEN', 'CONNECTING', 0)
    comparison.states('OPEN', 'OPEN', 100)
    for (const now of [200, 200 + GRACE, 300 + GRACE]) comparison.states('OPEN', 'CLOSED', now)
    expect([comparison.count, comparison.areStatesDifferent]).toEqual([1, true])
    comparison.states('CLOSED', 'CLOSED', 400 + GRACE)
    expect(comparison.areStatesDifferent).toBe(false)
  })
})

describe('a recording', () => {
  test('counts every message, keeps the newest, and knows how many came together', () => {
    const recording = new Recording(0)
    const all = Math.ceil(MOST_KEPT * 1.2)
    for (let number = 1; number <= all; number++) recording.message(number, 'message', '', String(number))
    expect(recording.count).toBe(all)
    expect(recording.messages.length).toBeGreaterThanOrEqual(MOST_KEPT)
    expect(recording.messages.length).toBeLessThanOrEqual(MOST_KEPT * 1.1)
    expect(recording.messages.at(-1)?.data).toBe(String(all))
    expect(recording.ticks.reduce((sum, { count }) => sum + count, 0)).toBe(all)
  })

  test('keeps no more characters than fit, but always the last message', () => {
    const recording = new Recording(0)
    const large = 'x'.repeat(20 * 1024 * 1024)
    for (const number of [1, 2, 3]) recording.message(number, 'message', '', large)
    expect(recording.messages.map(({ number }) => number)).toEqual([3])
    expect(recording.count).toBe(3)
  })

  test('tells the life of a connection', () => {
    const recording = new Recording(0)
    recording.connecting(0, undefined, 'GET /')
    recording.opened(1, 'Open')
    recording.message(2, 'message', '7', 'x')
    recording.lost(3, 'It broke off', 500.4)
    recording.connecting(4, '7', 'GET /')
    recording.lost(5, 'Refused', undefined)
    recording.closed(6, 'Closed')
    expect(recording.steps.map(({ kind, text }) => `${kind}: ${text}`)).toEqual([
      'connect: Connecting, without Last-Event-ID (GET /)',
      'open: Open',
      'lost: It broke off. Again in 500 ms.',
      'connect: Connecting again, with Last-Event-ID: 7 (GET /)',
      'failed: Refused. It has failed for good.',
    ])
    expect(recording.spans).toEqual([
      { state: 'CONNECTING', from: 0, to: 1 },
      { state: 'OPEN', from: 1, to: 3 },
      { state: 'CONNECTING', from: 3, to: 5 },
      { state: 'CLOSED', from: 5 },
    ])
  })
})

describe('a request', () => {
  const wanted: Wanted = {
    url: new URL('http://a.test/x?y=1'),
    method: 'GET',
    headers: [],
    body: undefined,
    way: 'direct',
    reconnects: true,
    isPatient: false,
    closeAt: '',
    types: [],
    compares: false,
  }

  test.for([
    ['/stream', 'http://page.test/stream'],
    [' https://a.test ', 'https://a.test/'],
    ['localhost:3000/x', 'http://localhost:3000/x'],
    ['127.0.0.1:80', 'http://127.0.0.1/'],
  ] as const)('the URL %s is %s', ([given, url]) => {
    expect(readURL(given, 'http://page.test/').href).toBe(url)
  })

  test.for(['', 'ftp://a.test', 'javascript:alert(1)', 'data:,x', 'http://'])(
    '%s is none that can be followed',
    (given) => {
      expect(() => readURL(given, 'http://page.test/')).toThrow()
    },
  )

  test('headers are lines', () => {
    expect(readHeaders('A: 1\n\n b-c:  x: y \n')).toEqual([
      ['A', '1'],
      ['b-c', 'x: y'],
    ])
    expect(() => readHeaders('no colon')).toThrow('“no colon” is no header')
  })

  test('a GET has no body, and the native EventSource none of all that', () => {
    expect(() => {
      check({ ...wanted, body: 'x' })
    }).toThrow('has no body')
    expect(whyNotNative(wanted)).toBeUndefined()
    for (const other of [{ method: 'POST' }, { headers: [['a', 'b']] }, { body: 'x' }] as Partial<Wanted>[]) {
      expect(whyNotNative({ ...wanted, ...other })).toMatch(/^it can/)
    }
  })

  test('the command for it is quoted for a shell', () => {
    expect(commandFor(wanted)).toBe("npx everysource inspect 'http://a.test/x?y=1'")
    const { url } = wanted
    expect(commandFor({ ...wanted, url, method: 'POST', headers: [['A', "it's $(x)"]], body: '{"a": 1}' })).toBe(
      String.raw`npx everysource inspect 'http://a.test/x?y=1' -H 'A: it'\''s $(x)' -d '{"a": 1}'`,
    )
  })
})

test.for([
  ['H', 'H'],
  [' word', ' word'],
  ['{"token":" a"}', ' a'],
  ['{"choices":[{"delta":{"content":"b"}}]}', 'b'],
  ['{"type":"content_block_delta","delta":{"type":"text_delta","text":"c"}}', 'c'],
  ['{"type":"response.output_text.delta","delta":"d"}', 'd'],
  ['{"usage":1}', undefined],
  ['{"choices":[{"delta":{}}]}', undefined],
  ['{broken', '{broken'],
  ['[DONE]', undefined],
] as const)('of the data %s a person reads %s', ([data, piece]) => {
  expect(pieceOf(data)).toBe(piece)
})

test('a question is found in what chats take', () => {
  expect(questionOf('{"prompt":"a"}')).toBe('a')
  expect(questionOf('{"messages":[{"role":"system","content":"x"},{"role":"user","content":"b"}]}')).toBe('b')
  for (const body of ['', 'x', '{}', '[]', 'null', '{"messages":[]}']) expect(questionOf(body)).toBeUndefined()
  expect(withPrompt('{"model":"m","prompt":"a"}', 'c')).toBe('{"model":"m","prompt":"c"}')
})
