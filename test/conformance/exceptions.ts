/** Facts that a runtime makes impossible, each with a reason. A listed fact that passes fails the run. */

import type { Environment } from './harness.ts'

type Subject = Pick<Environment, 'ours' | 'runtime'>

interface Exception {
  /** The name of the test; for a case, without its cut. */
  name: string
  applies: (env: Subject) => boolean
  reason: string
}

const isOurs = (env: Subject): boolean => env.ours

const firefox = (env: Subject): boolean => env.ours && env.runtime.startsWith('firefox')
const webkit = (env: Subject): boolean => env.ours && env.runtime.startsWith('webkit')

/** The cases whose IDs contain characters outside Latin-1. */
const BEYOND_LATIN_1 = ['case "id with unicode"', 'case "invalid byte in an id"']

const EXCEPTIONS: Exception[] = [
  {
    name: 'fact 15: events are trusted',
    applies: isOurs,
    reason: 'only the runtime itself can dispatch trusted events',
  },
  {
    name: "fact 15: message and open events have the platform's MessageEvent and Event as constructors, which can copy them",
    applies: on('miniflare'),
    reason: 'MessageEvent in older Workers ignores origin and lastEventId',
  },
  {
    name: 'fact 14: deflate-compressed events are delivered as they arrive',
    applies: on('deno', 'workerd', 'miniflare'),
    reason: 'fetch in Deno 2.9 and in Workers neither requests nor decodes deflate',
  },
  {
    name: 'fact 13: open fires when the response headers arrive, before any byte of the body',
    applies: firefox,
    reason: 'Firefox reports a response only when the first byte of its body arrives, even to its native EventSource',
  },
  {
    name: 'fact 23: close() ends an idle connection that was reached through a redirect',
    applies: firefox,
    reason: 'Firefox closes an aborted connection that was redirected only when the next byte arrives',
  },
  {
    name: 'fact 54: leaving a loop over a Response closes its connection, even an idle one',
    applies: firefox,
    reason:
      'Firefox closes the connection of a canceled body only when the next byte arrives; aborting closes it immediately',
  },
  ...['fact 8: every reconnection sends the last event ID, encoded as UTF-8, in Last-Event-ID', ...BEYOND_LATIN_1].map(
    (name) => ({
      name,
      applies: webkit,
      reason: 'fetch in WebKitGTK cannot send header characters above U+00FF, so such an ID is omitted',
    }),
  ),
  ...inExtensions(
    isIn('content script', 'background'),
    'the fact opens another page, whose scripts an extension cannot access',
    ["fact 2: the query is encoded in the document's encoding"],
  ),
  ...inExtensions(isIn('background'), 'extensions access the hosts in their manifest without CORS and with cookies', [
    'fact 12: a request that CORS blocks is a network error',
    'fact 37: across origins, Last-Event-ID triggers a preflight and lastEventIdParameter does not',
    'fact 56: a JSON POST triggers a preflight; a text/plain POST does not',
    'fact 56: a custom header triggers a preflight, and no request is sent if the preflight fails',
    'fact 56: a reconnection with Last-Event-ID triggers a preflight; with lastEventIdParameter it does not',
    'fact 56: a server that does not allow Last-Event-ID gets no reconnection, and the source reports a network error',
    'fact 56: Access-Control-Allow-Origin: * works without credentials; with them the server must name the origin',
    'fact 7: cookies are sent to the same origin, and to other origins only with withCredentials',
  ]),
  ...inExtensions(
    isIn('firefox content script'),
    'Firefox content scripts do not receive error events of the window; the exception appears in the console',
    [
      'fact 21: an exception in a listener is reported and does not affect other listeners, messages or the connection',
      'fact 21: an exception in an error listener does not prevent reconnection',
    ],
  ),
  ...inExtensions(
    isIn('firefox content script'),
    'Firefox content scripts cannot pass callbacks to ReadableStream and TransformStream, so EventDecoderStream throws too',
    [
      'fact 28: EventSource.fromReadableStream() creates a source that is CONNECTING, then fires open, then messages',
      'fact 28: fromReadableStream() throws a TypeError for a locked stream and for other values',
      'fact 28: fromReadableStream() locks the stream immediately, so a second call throws',
      'fact 28: fromReadableStream() is an enumerable static method with one parameter and does not need this',
      'fact 29: lastEventId and reconnectionTime reflect what the stream has sent',
      'fact 30: a stream that errors delivers complete messages, then fires one error with the cause and closes the source',
      'fact 30: close() cancels the stream at any time and fires nothing',
      'fact 31: bodies piped in one after another share the last event ID and the reconnection time',
      'fact 31: reset() discards an incomplete event, character and ID, and allows a BOM in the next body',
      'fact 31: reset() in a listener keeps messages already read and discards an incomplete event',
      'fact 31: reset() on a source with a URL and reconnect() on one without throw a TypeError',
      'fact 54: the test byte streams yield the same events in a loop, EventDecoderStream and fetchEventSource()',
      'fact 54: streamEvents() accepts a stream of bytes; its response promise rejects',
      'fact 54: a loop over a stream that errors throws a ConnectionError with the cause, after all earlier events',
      'fact 54: leaving the loop or passing an already aborted signal cancels the stream',
      'fact 54: a loop reports whether the stream ended in the middle of an event',
      'fact 54: a request option with a Response or a stream throws a TypeError that names it',
      'fact 55: EventDecoderStream transforms bytes into events',
      'fact 55: EventDecoderStream reports comments and retry as it reads them',
      'fact 55: EventDecoderStream errors on an oversized event, a non-byte chunk or a failing source, after all earlier events',
      'fact 55: EventDecoderStream passes cancellation and backpressure on to its source',
      'fact 64: json-lines: writes one line per event',
      'fact 64: json-lines: closes the connection when the reader cancels',
      'fact 64: relay: forwards events unchanged, with the key and from the last event ID',
      'fact 64: relay: closes the upstream connection when the client disconnects',
      'fact 64: relay: forwards comments and retry even while there are no events',
      'fact 64: merged: yields events in order of arrival',
      'fact 64: merged: leaving the loop closes all streams, even idle ones',
      'fact 64: merged: throws if one stream fails, and closes the others',
    ],
  ),
  ...chromium({
    'fact 2: an invalid URL throws a SyntaxError DOMException from the constructor': 'accepts a space in the host',
    'fact 4: credentials in the URL are sent as Basic authorization and stay visible in url': 'blocks such requests',
    'fact 8: an ID that a header cannot carry is omitted, and the source still reconnects': 'fails permanently',
    'fact 9: every reconnection requests the original URL, even after more than 20 redirected attempts':
      'reconnects to the last redirect target',
    'fact 9: a redirect to a non-HTTP scheme is a network error': 'fails permanently',
    'fact 10: text/event-stream is accepted in any letter case and with any parameters':
      'refuses charsets other than UTF-8',
    'fact 10: the stream is decoded as UTF-8, regardless of the charset parameter': 'refuses charsets other than UTF-8',
    'fact 10: a different or missing Content-Type fails the connection': 'accepts "text/event-stream x"',
    "fact 15: a message's origin is the final origin of its connection, after redirects":
      'reconnects to the last redirect target',
    'fact 24: retry: 0 does not cause a reconnect storm if the server closes every connection immediately':
      'sends about 300 requests per second',
    'fact 24: retry: 0 does not cause a reconnect storm if the server closes after each message':
      'sends about 300 requests per second',
  }),
]

function on(...runtimes: string[]): Exception['applies'] {
  return ({ runtime }) => runtimes.includes(runtime)
}

/** Whether the suite runs in one of these places of an extension. */
function isIn(...places: string[]): Exception['applies'] {
  return ({ runtime }) => places.some((place) => runtime.endsWith(place))
}

function inExtensions(applies: Exception['applies'], reason: string, names: string[]): Exception[] {
  return names.map((name) => ({ name, applies, reason }))
}

/** Why a test cannot pass in an environment; undefined if it must pass. */
export function exceptionFor(name: string, env: Subject): string | undefined {
  const [withoutCut = name] = /^case ".*"(?=, )/.exec(name) ?? []
  return EXCEPTIONS.find((exception) => withoutCut === exception.name && exception.applies(env))?.reason
}

/** Where Chromium's native EventSource departs from the standard or from good practice. */
function chromium(reasons: Record<string, string>): Exception[] {
  const applies = ({ ours, runtime }: Subject): boolean => !ours && runtime.startsWith('chromium')
  return Object.entries(reasons).map(([name, reason]) => ({ name, applies, reason: `Chromium: ${reason}` }))
}
