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
