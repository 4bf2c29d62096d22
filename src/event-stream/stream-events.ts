/** The function that a loop begins with. */

import { FetchOpener } from '../connection/fetch-exchange.ts'
import { givenResponse, givenStream, type GivenExchange } from '../connection/given-exchange.ts'
import type { EventSourceInit } from '../connection/options.ts'
import { readOptions, type ConnectionOptions } from '../connection/read-options.ts'
import type { ByteStream, FetchLikeResponse } from '../connection/request.ts'
import { isReadableStream, isResponse } from '../connection/response.ts'
import { parseURL } from '../connection/url.ts'
import type { EventsMap } from '../decoder/stream-event.ts'
import { displayKind, isObject, isPromise, isString, members } from '../input/checks.ts'
import { assertSupported, NODE_STREAM_HINT } from '../platform/platform.ts'
import { EventStream } from './event-stream.ts'
import { isRequest, optionsOfRequest } from './request-options.ts'
import type { EventStream as EventStreamInstance, GivenStreamInit, RequestMember } from './interface.ts'

/**
 * How many bytes of what it has requested a loop that is slow has read ahead. When a connection breaks off, Node's fetch throws
 * away what has come and was not read.
 */
const READ_AHEAD = 64 * 1024

const REQUEST_MEMBERS = Object.keys({
  body: true,
  method: true,
  headers: true,
  withCredentials: true,
  redirect: true,
  fetch: true,
  fetchOptions: true,
  dispatcher: true,
  node: true,
  onRefused: true,
  connectTimeout: true,
  reconnect: true,
  resume: true,
  lastEventIdParameter: true,
} satisfies Record<RequestMember, true>)

/**
 * Requests an event stream, at once, whose events a `for await` loop takes. The loop ends when the stream ends, or the server
 * answers 204, and throws a `ConnectionError` when it fails. With the option `reconnect`, which is off by default for every
 * method, it goes on across connections, and a stream that ends is reestablished too.
 *
 * The body is read only as fast as the loop takes the events: reading stops when it is more than 64 KiB ahead.
 *
 * ```js
 * for await (const { type, data } of streamEvents('https://example.com/events')) console.log(type, data)
 * ```
 *
 * @param url a URL, a relative one is resolved as the constructor of `EventSource` does; or a `Request`, whose method, headers, body,
 *   signal, credentials and redirect mode are used where the options do not say otherwise
 * @param options those of `EventSource`
 * @typeParam Events names of events and the types of their `data`, where they are known
 * @throws a `TypeError` when an option is wrong, naming it
 * @throws a `DOMException` named `SyntaxError` when the URL is not valid
 */
export function streamEvents<Events extends EventsMap<Events> = Record<string, string>>(
  url: string | URL | Request,
  options?: EventSourceInit | null,
): EventStreamInstance<Events>
/**
 * The events of a response, or of a stream of bytes, that there is already, of which at most one chunk is read ahead. A response
 * is checked as one of ours would be: the loop throws a `ConnectionError` when its status is not 200 or its Content-Type not
 * `text/event-stream`.
 *
 * @param given a `Response`, or a `ReadableStream` of bytes
 * @param options those that are not about a request
 * @throws a `TypeError` when the body is being read or has been, or when an option is given that is about a request
 */
export function streamEvents<Events extends EventsMap<Events> = Record<string, string>>(
  given: FetchLikeResponse | ByteStream,
  options?: GivenStreamInit | null,
): EventStreamInstance<Events>
/**
 * Any of these, with the options that go with each of them.
 *
 * @param input a URL, a `Request`, a `Response` or a `ReadableStream` of bytes
 * @param options those that are not about a request
 */
export function streamEvents<Events extends EventsMap<Events> = Record<string, string>>(
  input: string | URL | Request | FetchLikeResponse | ByteStream,
  options?: GivenStreamInit | null,
): EventStreamInstance<Events>
export function streamEvents(input: unknown, init?: unknown): EventStreamInstance {
  assertSupported('streamEvents', ['AbortController', 'TextDecoder', 'URL'])
  if (isReadableStream(input)) {
    const options = readGivenOptions(init)
    return opened(givenStream(input), options)
  }
  if (isResponse(input)) {
    const options = readGivenOptions(init)
    return opened(givenResponse(input), options)
  }
  const options = readOptions(isRequest(input) ? optionsOfRequest(input, init) : init, false)
  const url = readURL(isRequest(input) ? input.url : input)
  return new EventStream(url, new FetchOpener(url, options), options, READ_AHEAD)
}

function opened(exchange: GivenExchange, options: ConnectionOptions): EventStreamInstance {
  return new EventStream(exchange.url, exchange, options, 0)
}

function readURL(input: unknown): URL {
  if (isString(input)) return parseURL(input)
  if (isObject(input) && 'href' in input) return parseURL(String(input.href))
  const wanted = 'streamEvents needs a URL, a Request, a Response or a ReadableStream of bytes'
  throw new TypeError(`${wanted}, got ${displayKind(input)}${hint(input)}`)
}

/** What else to do with what people pass. */
function hint(input: unknown): string {
  if (!isObject(input)) return ''
  return isPromise(input) ? '. Await it first' : NODE_STREAM_HINT
}

/** @throws a `TypeError` for options about a request: it has been made */
function readGivenOptions(init: unknown): ConnectionOptions {
  const options = readOptions(init, false)
  const misplaced = REQUEST_MEMBERS.find((name) => members(init)[name] !== undefined)
  if (misplaced !== undefined) {
    throw new TypeError(`Option "${misplaced}" does nothing for a Response or a ReadableStream`)
  }
  return options
}
