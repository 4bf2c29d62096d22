/** What a runtime makes impossible, each with its reason. One that begins to hold fails the run. */

import type { Environment } from './harness.ts'

type Subject = Pick<Environment, 'ours' | 'runtime'>

interface Exception {
  /** The test's name; that of a case without its cut. */
  name: string
  applies: (env: Subject) => boolean
  reason: string
}

const OURS = (env: Subject): boolean => env.ours

const firefox = (env: Subject): boolean => env.ours && env.runtime.startsWith('firefox')
const webkit = (env: Subject): boolean => env.ours && env.runtime.startsWith('webkit')

/** The cases whose ids no Latin-1 text holds. */
const BEYOND_LATIN_1 = ['case "id with unicode"', 'case "invalid byte in an id"']

const EXCEPTIONS: Exception[] = [
  { name: 'fact 15: events are trusted', applies: OURS, reason: 'only the runtime itself can dispatch trusted events' },
  {
    name: "fact 15: the constructor of a message is the platform's MessageEvent, that of open the platform's Event: both make copies",
    applies: on('miniflare'),
    reason: 'the MessageEvent of older Workers takes neither origin nor lastEventId',
  },
  {
    name: 'fact 14: deflate: compressed streams arrive event by event',
    applies: on('deno', 'workerd', 'miniflare'),
    reason: 'the fetch of Deno 2.9, and that of Workers, does not ask for deflate, and does not decode it',
  },
  {
    name: 'fact 13: open comes with the headers: it waits for no byte of the body',
    applies: firefox,
    reason: 'Firefox tells nobody of a response before the first byte of its body, its own EventSource neither',
  },
  {
    name: 'fact 23: close() on a connection that a redirect led to ends it, in silence too',
    applies: firefox,
    reason:
      'Firefox ends a connection that a redirect led to, when its fetch is aborted, with the next byte that comes',
  },
  {
    name: "fact 54: leaving a loop over a Response ends the caller's connection, in silence too",
    applies: firefox,
    reason:
      'Firefox ends the connection of a body that is cancelled with the next byte that comes; an aborted one at once',
  },
  ...['fact 8: Last-Event-ID carries the id as UTF-8, at every later connection', ...BEYOND_LATIN_1].map((name) => ({
    name,
    applies: webkit,
    reason: 'the fetch of WebKitGTK sends no header with a character past U+00FF; such an id is left out',
  })),
  ...inExtensions(
    isIn('content script', 'background'),
    'the fact opens a page of its own, whose scripts an extension cannot reach',
    ['fact 2: a query is encoded in the encoding of the document'],
  ),
  ...inExtensions(
    isIn('background'),
    'an extension reads the hosts of its manifest without CORS and with their cookies',
    [
      'fact 12: to a script, a request that CORS refused is a network error',
      'fact 37: to another origin, Last-Event-ID costs a preflight and lastEventIdParameter none',
      'fact 56: a POST of text costs no preflight, one of JSON does',
      "fact 56: a header of the caller's costs a preflight; without leave there is no request",
      'fact 56: a reconnection with an ID costs a preflight, and with lastEventIdParameter none',
      'fact 56: a server that forbids Last-Event-ID is not asked again with it: the source says why it cannot go on',
      'fact 56: without credentials a server may let everybody read; with them it has to name the origin',
      'fact 7: cookies go to the own origin, to others only with credentials',
    ],
  ),
  ...inExtensions(
    isIn('firefox content script'),
    "Firefox's content scripts cannot listen for the error events of the window; the console shows the exception",
    [
      'fact 21: what a listener throws is reported, and the other listeners, the messages and the connection go on',
      'fact 21: a listener of error that throws does not keep the connection from coming back',
    ],
  ),
  ...inExtensions(
    isIn('firefox content script'),
    "Firefox's content scripts cannot give callbacks to streams: new ReadableStream and new TransformStream throw, and EventDecoderStream with them",
    [
      'fact 28: EventSource.fromReadableStream() makes a source: CONNECTING at once, then OPEN and open, then the messages',
      'fact 28: a locked stream, and what is none, are TypeErrors',
      'fact 28: it takes the stream at once, and leaves one alone that it refuses',
      'fact 28: it is a static method of one parameter, enumerable, that needs no class to be called on',
      'fact 29: lastEventId and reconnectionTime follow the stream',
      'fact 30: a stream that errors: complete messages first, then one error, with CLOSED and the cause',
      'fact 30: close() cancels the stream, at any time, and nothing fires',
      'fact 31: bodies piped in one after the other keep the last event ID and the reconnection time',
      'fact 31: reset() throws away an unfinished event, character and id, and lets the next body have a BOM',
      'fact 31: reset() in a listener leaves what has been read, and throws away what is unfinished',
      'fact 31: reset() on a source with a URL is a TypeError, and so is reconnect() on one without',
      'fact 54: the byte streams of the suite give the same events in a loop, through EventDecoderStream and fetchEventSource',
      'fact 54: streamEvents takes a stream of bytes, whose response there is none',
      'fact 54: a stream that errors throws its error as the cause, after the events that came before',
      'fact 54: leaving the loop cancels the stream, and so does a signal that is aborted already',
      'fact 54: a loop says whether the stream ended in the middle of an event',
      'fact 54: an option about the request, of which there will be none, is a TypeError that names it',
      'fact 55: EventDecoderStream: bytes in, events out',
      'fact 55: it tells comments and retry as it reads them',
      'fact 55: an event past maxBufferSize, a chunk without bytes, a source that errors: an error, after the events before it',
      'fact 55: cancelling it cancels the source, and a slow reader holds the source back',
      'fact 64: json-lines: a line for each event',
      'fact 64: json-lines: who stops reading closes the connection',
      'fact 64: relay: the events come through as they were, with the key and from the last ID',
      'fact 64: relay: who leaves closes the connection behind it',
      'fact 64: relay: comments and retry arrive, even while no event does',
      'fact 64: merged: events in the order in which they come',
      'fact 64: merged: leaving the loop closes all, the silent ones too',
      'fact 64: merged: one that fails fails the whole, and closes the others',
    ],
  ),
  ...chromium({
    'fact 2: an invalid URL is a DOMException named SyntaxError, at once': 'it lets a space in the host pass',
    'fact 4: user and password of the URL go out as Basic authorization, and url still shows them':
      'it blocks such requests',
    'fact 8: an id that no header can hold is left out, and reconnection goes on': 'it fails for good',
    'fact 9: a reconnection goes to the original URL, also after more than 20 redirected ones':
      'it goes where the last redirect led',
    'fact 9: a redirect to a scheme that is not HTTP is a network error': 'it fails for good',
    'fact 10: the MIME essence is what counts, in any case and with any parameters': 'it refuses charsets but UTF-8',
    'fact 10: the stream is UTF-8 whatever the charset parameter says': 'it refuses charsets but UTF-8',
    'fact 10: another Content-Type, or none, fails the connection': 'it takes "text/event-stream x"',
    'fact 15: the origin is that of the connection the message came over': 'it goes where the last redirect led',
    'fact 24: retry: 0 does not storm a server that closes at once': 'it sends some 300 requests a second',
    'fact 24: retry: 0 does not storm a server that sends a message and closes': 'it sends some 300 requests a second',
  }),
]

function on(...runtimes: string[]): Exception['applies'] {
  return ({ runtime }) => runtimes.includes(runtime)
}

/** Whether it runs in one of these places of an extension. */
function isIn(...places: string[]): Exception['applies'] {
  return ({ runtime }) => places.some((place) => runtime.endsWith(place))
}

function inExtensions(applies: Exception['applies'], reason: string, names: string[]): Exception[] {
  return names.map((name) => ({ name, applies, reason }))
}

/** Why a test of this name cannot pass there; undefined where it must. */
export function exceptionFor(name: string, env: Subject): string | undefined {
  const [withoutCut = name] = /^case ".*"(?=, )/.exec(name) ?? []
  return EXCEPTIONS.find((exception) => withoutCut === exception.name && exception.applies(env))?.reason
}

/** Where Chromium's own EventSource departs from the standard, or does what no library should. */
function chromium(reasons: Record<string, string>): Exception[] {
  const applies = ({ ours, runtime }: Subject): boolean => !ours && runtime.startsWith('chromium')
  return Object.entries(reasons).map(([name, reason]) => ({ name, applies, reason: `Chromium: ${reason}` }))
}
