/** Parsing of the command-line arguments, and the messages for invalid ones. */

import { describe, expect, it } from 'vitest'
import { readArguments, type Arguments } from '../../../src/cli/arguments.ts'
import { readURL } from '../../../src/cli/url.ts'
import { HELP, UsageError } from '../../../src/cli/usage.ts'

const URL = 'http://localhost:8000/stream'

function read(...args: string[]): Arguments {
  const read = readArguments([...args, URL])
  if (typeof read === 'string' || 'replay' in read) throw new Error('Not a request')
  return read
}

describe('readURL', () => {
  it.each([
    ['http://a.test/x', 'http://a.test/x'],
    ['HTTPS://a.test', 'HTTPS://a.test'],
    ['localhost:8000/stream', 'http://localhost:8000/stream'],
    ['localhost', 'http://localhost'],
    ['app.localhost:3000', 'http://app.localhost:3000'],
    [':8000/stream', 'http://localhost:8000/stream'],
    ['127.0.0.1:80?x=1', 'http://127.0.0.1:80?x=1'],
    ['[::1]:8000/', 'http://[::1]:8000/'],
    ['api:8000/events', 'http://api:8000/events'],
    ['me:pw@localhost:8000', 'http://me:pw@localhost:8000'],
    ['example.org/stream', 'https://example.org/stream'],
    ['me:pw@example.org', 'https://me:pw@example.org'],
    ['localhost.example.org', 'https://localhost.example.org'],
    ['http:8080/x', 'http://http:8080/x'],
    ['http.example.org', 'https://http.example.org'],
    ['https/x', 'http://https/x'],
    ['example.org/?to=http://a.test', 'https://example.org/?to=http://a.test'],
    ['m\u00fcnchen.example', 'https://m\u00fcnchen.example'],
    ['my_host.example', 'https://my_host.example'],
    [' http://a.test/a b ', 'http://a.test/a b'],
  ])('reads %s as %s', (given, url) => {
    expect(readURL(given)).toBe(url)
  })

  it.each([
    ['', 'Invalid URL ""'],
    ['http://', 'Invalid URL "http://"'],
    ['HTTP://', 'Invalid URL "HTTP://"'],
    ['http://a b/', 'Invalid URL "http://a b/". Example: http://localhost:8000/stream'],
    ['a b', 'Invalid URL "a b"'],
    ['localhost:abc', 'Invalid URL "localhost:abc"'],
    ['ht!tp://foo', 'Invalid URL "ht!tp://foo". It must start with http:// or https://'],
    ['http://ht!tp/', 'Invalid URL "http://ht!tp/"'],
    ['://x', 'Invalid URL "://x". It must start with http:// or https://'],
    ['http:/foo', 'Did you mean http://foo?'],
    ['https:foo/x', 'Did you mean https://foo/x?'],
    ['http//foo/x', 'Did you mean http://foo/x?'],
    ['http:localhost:8000', 'Did you mean http://localhost:8000?'],
    ['http://https://foo', 'Did you mean https://foo?'],
    ['htp://', 'not htp://. Try http://'],
    ['htps://foo/x', 'not htps://. Try https://foo/x'],
    ['/stream', 'http://localhost:8000/stream'],
    ['ws://a.test/x', 'Try http://a.test/x'],
    ['wss://a.test/x', 'Try https://a.test/x'],
    ['file:///etc/passwd', 'not file://'],
  ])('rejects %j', (given, words) => {
    expect(() => readURL(given)).toThrow(UsageError)
    expect(() => readURL(given)).toThrow(words)
  })
})

describe('readArguments', () => {
  it('reads method, headers and body', () => {
    expect(read('-X', 'put', '-H', 'A: b: c', '-HX-Y:z', '-d', 'x')).toMatchObject({
      url: URL,
      method: 'PUT',
      headers: [
        ['A', 'b: c'],
        ['X-Y', 'z'],
      ],
      data: 'x',
    })
    expect(read()).toMatchObject({ method: 'GET', data: undefined, types: [], format: 'text', max: Infinity })
    expect(read('-d', '@-').method).toBe('POST')
  })

  it.each<[string[], Partial<Arguments>]>([
    [[], { reconnects: true }],
    [['--no-reconnect'], { reconnects: false }],
    [['-d', 'x'], { reconnects: false }],
    [['-d', 'x', '--reconnect'], { reconnects: true }],
    [['-d', 'x', '--retry-status', '503'], { reconnects: true, retryStatuses: [503] }],
    [['--retry-status', '502, 503', '--retry-status=429'], { reconnects: true, retryStatuses: [502, 503, 429] }],
    [['--retry-status', '503', '--no-reconnect'], { reconnects: false }],
    [['--timeout', '0.5', '--max', '3'], { timeout: 500, max: 3 }],
    [['--type', 'a', '--type', 'b', '--json'], { types: ['a', 'b'], format: 'json' }],
    [['--filter', 'error', '--pretty'], { filter: 'error', pretty: true }],
    [['--raw', '-i'], { format: 'raw', include: true }],
  ])('reads %j', (args, expected) => {
    expect(read(...args)).toMatchObject(expected)
  })

  it.each([
    [['--jsn'], 'Unknown option --jsn. Did you mean --json?'],
    [['--last-event-ID', '1'], 'Unknown option --last-event-ID. Did you mean --last-event-id?'],
    [['--frobnicate'], /^Unknown option --frobnicate$/],
    [['-k'], 'Unknown option -k'],
    [['--max', '0'], '--max must be a positive whole number, got "0"'],
    [['--max', 'ten'], 'got "ten"'],
    [['--timeout', '10s'], '--timeout must be a number of seconds'],
    [['--timeout', '0'], 'got "0"'],
    [['--retry-status', '5xx'], '--retry-status must be a comma-separated list'],
    [['-H', 'Authorization Bearer'], 'Invalid --header "Authorization Bearer": the colon is missing'],
    [['-H', 'Bad Name: x'], 'Invalid header name "Bad Name" in --header'],
    [['-H', 'A: b\nC: d'], 'The value of --header "A" contains a line break'],
    [['-H', 'A: \u20ac'], 'The value of --header "A" contains a character'],
    [['-X', 'GE T'], 'Invalid --method "GE T"'],
    [['-X', 'trace'], 'Invalid --method "trace": fetch can\'t send it'],
    [['-X', 'GET', '-d', 'x'], "A GET request can't have a body"],
    [['-d', 'x', '-d', 'y'], 'Use --data only once'],
    [['--json', '--data-only'], 'not both'],
    [['--raw', '--json'], 'Use --json or --raw, not both'],
    [['--raw', '--type', 'a'], 'Use --raw without --type'],
    [['--raw', '--pretty'], 'Use --raw without --pretty'],
    [['--port', '80'], '--port is the port of --replay'],
    [['--replay', 'a.jsonl'], /^Use --replay without the URL "/],
    [['--reconnect', '--no-reconnect'], 'not both'],
    [['-H', 'Authorization:', 'Bearer', 'x'], /one URL, got 3: "Bearer", "x", .* Quote arguments/],
    [['--json=1'], '--json'],
  ])('rejects %j', (args, words) => {
    expect(() => readArguments([...args, URL])).toThrow(UsageError)
    expect(() => readArguments([...args, URL])).toThrow(words)
  })

  it('requires a URL', () => {
    expect(() => readArguments([])).toThrow('Missing URL')
    expect(() => readArguments([URL, '--max'])).toThrow(/--max/)
  })

  it('prefers --help to other options', () => {
    expect(readArguments(['--help'])).toBe('help')
    expect(readArguments(['-h', '--version'])).toBe('help')
    expect(readArguments(['--version'])).toBe('version')
  })
})

describe('HELP', () => {
  it('fits on a terminal of 80 columns', () => {
    for (const line of HELP.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80)
  })
})
