/** Findings for broken streams, and their absence for valid ones. */

import { describe, expect, it } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import type { Finding } from '../../../src/diagnosis/finding.ts'
import { diagnoseResponses, type Scenario } from '../support/diagnosis.ts'

function codes(findings: Finding[]): string[] {
  return findings.map(({ level, code }) => `${level} ${code}`)
}

describe('body of an open stream', () => {
  const cases: [name: string, text: string, codes: string[]][] = [
    ['one event', 'data: hello\n\n', []],
    ['events with all fields', ': hi\nretry: 3000\n\nid: 1\nevent: tick\ndata: a\ndata: b\n\n', []],
    ['JSON with line feeds in its strings', 'data: {"text":"a\\n\\nb\\n"}\n\n', []],
    ['CRLF', 'data: a\r\n\r\nid: 2\r\ndata\r\n\r\n', []],
    ['CR', 'data: a\r\rdata: b\r\r', []],
    ['a byte order mark at the start', '\uFEFFdata: hello\n\n', []],
    ['an ID without data', 'id: 7\n\ndata: x\n\n', []],
    ['single line feeds', 'data: one\ndata: two\n', ['error blank-line']],
    ['one line of data', 'data: one\n', ['error blank-line']],
    ['a line without an end', 'data: one', ['error no-line-end']],
    ['JSON lines', '{"a":1}\n{"a":2}\n', ['error json-lines']],
    ['JSON lines with an event between them', 'data: x\n\n{"a":2}\n', ['warning json-lines']],
    ['text without a field', 'Hello\nworld\n\n', ['error unframed']],
    ['a text of two lines', 'data: Hello\nworld\n\n', ['warning unframed']],
    ['an HTML error in the stream', 'data: x\n\n<b>Warning</b>: x in y.php\n', ['warning unframed']],
    ['capitals', 'Data: hello\n\n', ['error misspelled']],
    ['a space before the colon', 'data : hello\n\n', ['error misspelled']],
    ['an indented field', '  data: hello\n\n', ['error misspelled']],
    ['backslash n', String.raw`data: hello\n\n`, ['error escaped']],
    ['backslash n and real line feeds', 'data: hello\\n\n\n', ['warning escaped']],
    ['all fields on one line', String.raw`id: 1\ndata: hello` + '\n\n', ['error escaped']],
    ['a name without data', 'event: ping\n\n', ['error no-data']],
    ['a retry with a unit', 'retry: 3s\n\ndata: x\n\n', ['warning retry-value']],
    ['a short retry', 'retry: 3\n\ndata: x\n\n', ['warning short-retry']],
    ['a byte order mark before each event', 'data: a\n\n\uFEFFdata: b\n\n', ['warning bom']],
  ]

  it.each(cases)('is diagnosed: %s', async (_, text, expected) => {
    const findings = await diagnoseResponses([{ chunks: [text], then: 2_000 }])
    expect(codes(findings)).toEqual(expected)
  })

  it('is diagnosed equally however it is split', async () => {
    for (const [, text, expected] of cases) {
      const chunks = [...new TextEncoder().encode(text)].map((byte) => new Uint8Array([byte]))
      expect(codes(await diagnoseResponses([{ chunks, then: 2_000 }]))).toEqual(expected)
    }
  })

  it('is diagnosed as UTF-16 with and without a byte order mark', async () => {
    const text = [...new TextEncoder().encode('data: hello\n\n')].flatMap((byte) => [byte, 0])
    for (const bytes of [text, [0xff, 0xfe, ...text]]) {
      expect(codes(await diagnoseResponses([{ chunks: [new Uint8Array(bytes)], then: 2_000 }]))).toEqual([
        'error utf-16',
      ])
    }
  })

  it('is diagnosed as invalid UTF-8', async () => {
    const bytes = new Uint8Array([...new TextEncoder().encode('data: caf'), 0xe9, 10, 10])
    expect(codes(await diagnoseResponses([{ chunks: [bytes] }]))).toEqual(['warning not-utf-8'])
  })

  it('may miss its blank line for a moment', async () => {
    expect(await diagnoseResponses([{ chunks: ['data: one\n'], then: 100 }])).toEqual([])
  })

  it('is quoted, with an example of the fix', async () => {
    const [finding] = await diagnoseResponses([{ chunks: ['{"token":"Hi"}\n'] }])
    expect(finding?.seen).toBe('Received 1 line of JSON without "data:" before it: “{"token":"Hi"}”')
    expect(finding?.example).toBe(String.raw`res.write('data: ' + JSON.stringify(object) + '\n\n')`)
  })
})

describe('response head', () => {
  it.each<[string, Scenario, string]>([
    ['a page', page('text/html; charset=utf-8', '<!doctype html><title>Shop</title>'), 'error content-type'],
    ['JSON', page('application/json', '{"error":"no stream"}'), 'error content-type'],
    ['lines of JSON', page('application/x-ndjson', '{"a":1}\n'), 'error content-type'],
    ['events as plain text', page('text/plain', 'data: x\n\n'), 'error content-type'],
    ['204', { status: 204 }, 'note status-204'],
    ['a charset', page('text/event-stream; charset=iso-8859-1', 'data: x\n\n'), 'warning charset'],
    ['a length', { headers: { 'Content-Length': '9' }, chunks: ['data: x\n\n'] }, 'warning content-length'],
    ['a cache', { headers: { Age: '30' }, chunks: ['data: x\n\n'] }, 'warning cached'],
    ...[301, 400, 401, 403, 404, 405, 406, 410, 415, 429, 500, 502, 503, 504].map(
      (status): [string, Scenario, string] => [String(status), { status }, `error status-${status}`],
    ),
  ])('is diagnosed: %s', async (_, scenario, code) => {
    expect(codes(await diagnoseResponses([scenario]))).toEqual([code])
  })

  it('is described as a page, JSON or an event stream', async () => {
    const seen = async (scenario: Scenario): Promise<string | undefined> =>
      (await diagnoseResponses([scenario]))[0]?.seen
    expect(await seen(page('text/html', '<html><title>Shop</title>'))).toBe(
      'The server sent a web page (“Shop”) instead of an event stream.',
    )
    expect(await seen(page('application/json', '{}'))).toBe(
      'The server sent JSON (application/json) instead of an event stream.',
    )
    expect(await seen(page('text/plain', 'data: x\n\n'))).toBe(
      'The response looks like an event stream, but has the Content-Type “text/plain”.',
    )
    expect(await seen({ status: 200, headers: { 'Content-Type': null }, chunks: ['hi'] })).toBe(
      'The response has no Content-Type.',
    )
  })

  it('is recognized as a login page, with its URL', async () => {
    const scenario = { ...page('text/html', '<html><title>Hello'), url: 'https://id.test/login?next=secret' }
    const [finding] = await diagnoseResponses([scenario])
    expect(finding?.seen).toBe(
      'The server sent a web page (“Hello”) instead of an event stream, from https://id.test/login.',
    )
    expect(finding?.why).toContain('login page')
  })

  it('is explained with the Allow, WWW-Authenticate and Retry-After headers', async () => {
    const why = async (scenario: Scenario): Promise<string | undefined> => (await diagnoseResponses([scenario]))[0]?.why
    expect(await why({ status: 405, headers: { Allow: 'POST' } })).toBe('The route does not accept GET, only POST.')
    expect(await why({ status: 401, headers: { 'WWW-Authenticate': 'Bearer' } })).toContain(
      'the server expects “Bearer”',
    )
    expect(await why({ status: 429, headers: { 'Retry-After': '120' } })).toContain('(Retry-After: 120)')
  })

  function page(type: string, text: string): Scenario {
    return { headers: { 'Content-Type': type }, chunks: [text], end: 'ended' }
  }
})

describe('network error', () => {
  it.each([
    ['ECONNREFUSED', 'Nothing is listening on nowhere.test'],
    ['ENOTFOUND', 'Host “nowhere.test” not found'],
    ['EAI_AGAIN', 'Host “nowhere.test” not found'],
    ['UND_ERR_SOCKET', 'The connection was closed before a response arrived'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'The certificate of nowhere.test is not trusted'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'nowhere.test does not speak TLS'],
    ['UND_ERR_INVALID_ARG', 'The request is invalid'],
    ['EWHATEVER', 'No response from nowhere.test'],
  ])('%s', async (code, seen) => {
    const [finding, ...others] = await diagnoseResponses([{ fails: code }])
    expect(finding).toMatchObject({ level: 'error', seen: expect.stringContaining(seen) as string })
    expect(others).toEqual([])
  })

  it.each([
    ['http://nowhere.test/page', 'error network'],
    ['http://localhost:8000/', 'error cors'],
    ['https://nowhere.test/', 'error mixed-content'],
  ])('on the page %s', async (page, code) => {
    expect(codes(await diagnoseResponses([{ fails: '' }], { page }))).toEqual([code])
  })
})

describe('port blocked by fetch', () => {
  it.each([
    ['in a terminal', undefined],
    ['on a page', 'http://localhost:8000/'],
  ])('is named %s', async (_, page) => {
    const where = { requested: 'http://localhost:9/stream', ...(page !== undefined && { page }) }
    const [finding, ...others] = await diagnoseResponses([{ fails: '' }], where)
    expect(finding).toMatchObject({
      level: 'error',
      code: 'blocked-port',
      seen: expect.stringContaining('port 9') as string,
    })
    expect(others).toEqual([])
    expect(codes(await diagnoseResponses([{ fails: 'ECONNREFUSED' }], where))).toEqual(['error network-ECONNREFUSED'])
  })

  it('is also blocked by Node', async () => {
    for (const port of [1, 25, 6000, 6667, 10080]) {
      const url = `http://127.0.0.1:${port}/`
      await expect(fetch(url)).rejects.toMatchObject({ cause: { message: 'bad port' } })
      expect(codes(await diagnoseResponses([{ fails: '' }], { requested: url }))).toEqual(['error blocked-port'])
    }
  })
})

describe('timing', () => {
  it('reveals a missing response head', async () => {
    expect(codes(await diagnoseResponses([{ hangs: true, then: 6_000 }]))).toEqual(['warning no-head'])
    expect(codes(await diagnoseResponses([{ hangs: true, then: 3_000 }]))).toEqual([])
  })

  it('reveals silence after the head', async () => {
    const [finding] = await diagnoseResponses([{ then: 7_000, headers: { 'Content-Encoding': 'gzip' } }])
    expect(finding).toMatchObject({ code: 'silent', level: 'warning' })
    expect(finding?.seen).toContain('nothing for 7.0 s')
    expect(finding?.why).toContain('the compression (Content-Encoding: gzip)')
    expect(await diagnoseResponses([{ then: 3_000 }])).toEqual([])
  })

  it('treats comments as keep-alives', async () => {
    expect(codes(await diagnoseResponses([{ chunks: [': hi\n\n', 3_000, ':\n\n'], then: 3_000 }]))).toEqual([
      'note only-comments',
    ])
  })

  it('reveals a response that ends without a byte', async () => {
    expect(codes(await diagnoseResponses([{ end: 'ended' }]))).toEqual(['error empty'])
  })

  it('reveals an event that is cut off', async () => {
    expect(codes(await diagnoseResponses([{ chunks: ['id: 1\ndata: a\n\ndata: b\n'], end: 'ended' }]))).toEqual([
      'warning cut-event',
    ])
  })

  const THREE = 'data: a\n\ndata: b\n\ndata: c\n\n'

  it('reports bursts as a note if they may be regular batches', async () => {
    const bursts = [THREE, 4_000, THREE, 4_000, THREE, 4_000, THREE]
    const [finding, ...others] = await diagnoseResponses([{ chunks: bursts }])
    expect(finding).toMatchObject({ code: 'bursts', level: 'note' })
    expect(finding?.seen).toBe('Events arrive in bursts: about 3 at once, 4.0 s apart.')
    expect(others).toEqual([])
  })

  it('reports bursts as a warning if they are compressed or cut', async () => {
    const compressed = { chunks: [THREE, 4_000, THREE, 4_000, THREE], headers: { 'Content-Encoding': 'br' } }
    expect(codes(await diagnoseResponses([compressed]))).toEqual(['warning bursts'])
    const cut = `${THREE}data: x`
    const [finding] = await diagnoseResponses([{ chunks: [cut, 4_000, `\n\n${cut}`, 4_000, `\n\n${cut}`] }])
    expect(finding).toMatchObject({ code: 'bursts', level: 'warning' })
    expect(finding?.seen).toContain('the bursts end in the middle of an event')
  })

  it('accepts single events and one burst', async () => {
    const one = ['data: a\n\n', 1_500]
    expect(await diagnoseResponses([{ chunks: [...one, ...one, ...one, ...one] }])).toEqual([])
    expect(await diagnoseResponses([{ chunks: [THREE, 20, THREE, 20, THREE] }])).toEqual([])
  })

  it('reveals that everything arrived at the end', async () => {
    const findings = await diagnoseResponses([{ chunks: [5_000, THREE, 20, THREE], end: 'ended' }])
    expect(codes(findings)).toEqual(['warning all-at-end'])
    expect(findings[0]?.seen).toBe('Nothing arrived for 5.0 s, then all 6 events at once, and the response ended.')
    expect(await diagnoseResponses([{ chunks: [THREE, 5_000, THREE], end: 'ended' }])).toEqual([])
  })
})

describe('several connections', () => {
  const poll: Scenario = { chunks: ['id: 1\ndata: a\n\n'], end: 'ended' }

  it('reveal polling', async () => {
    expect(codes(await diagnoseResponses([poll, poll]))).toEqual([])
    expect(codes(await diagnoseResponses([poll, poll, poll]))).toEqual(['warning polling'])
  })

  it('reveal that they are always short', async () => {
    const chunks = ['id: 1\ndata: a\n\n', 850, 'id: 2\ndata: b\n\n', 850, 'id: 3\ndata: c\n\nid: 4\ndata:']
    const interrupted: Scenario = { chunks, end: 'failed' }
    expect(codes(await diagnoseResponses([interrupted, interrupted]))).toEqual([])
    const [finding] = await diagnoseResponses([interrupted, interrupted, interrupted])
    expect(finding).toMatchObject({ code: 'short-connections', level: 'warning' })
    expect(finding?.seen).toBe('The connection is lost again and again: 3 times in a row, after 1.7 s at most.')
    // WebKit reports an interrupted response as ended.
    const cut: Scenario = { chunks, end: 'ended' }
    expect((await diagnoseResponses([cut, cut, cut])).map(({ seen }) => seen)).toContain(finding?.seen)
    const closed: Scenario = { chunks: [...chunks.slice(0, -1), 'id: 3\ndata: c\n\n'], end: 'ended' }
    const [other] = await diagnoseResponses([closed, closed, closed])
    expect(other?.seen).toBe('The server closes the response again and again: 3 times in a row, after 1.7 s at most.')
    const long: Scenario = { chunks: ['id: 1\ndata: a\n\n', 25_000, 'id: 2\ndata: b\n\n'], end: 'failed' }
    expect(codes(await diagnoseResponses([interrupted, interrupted, long]))).toEqual([])
    const empty: Scenario = { chunks: [], end: 'ended' }
    expect(codes(await diagnoseResponses([empty, empty, empty]))).toEqual(['error empty'])
  })

  it('reveal missing IDs if connections end', async () => {
    const long: Scenario = { chunks: ['data: a\n\n', 9_000, 'data: b\n\n'], end: 'ended' }
    expect(codes(await diagnoseResponses([long]))).toEqual([])
    expect(codes(await diagnoseResponses([long, long]))).toEqual(['note no-ids'])
    const withIds: Scenario = { ...long, chunks: ['id: 1\ndata: a\n\n', 9_000, 'data: b\n\n'] }
    expect(codes(await diagnoseResponses([withIds, withIds]))).toEqual([])
  })

  it('keep the last finding while the next one connects', async () => {
    const broken: Scenario = { chunks: ['{}\n'], end: 'ended' }
    expect(codes(await diagnoseResponses([broken, { hangs: true, then: 0 }]))).toEqual(['error json-lines'])
  })

  it('sort findings by severity without duplicates', async () => {
    const broken: Scenario = { chunks: ['retry: 1\nData: x\n\nData: y\n\n'], end: 'ended' }
    expect(codes(await diagnoseResponses([broken, broken]))).toEqual(['error misspelled', 'warning short-retry'])
  })

  it('yield no findings if there are none', () => {
    expect(diagnose([], { now: 0 })).toEqual([])
  })
})
