/** `streamEvents(url)`, for `for await` loops. */

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
 * How many bytes to read ahead of a slow loop that makes its own request. When a connection breaks, Node's fetch discards
 * undelivered data.
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
  whenHidden: true,
} satisfies Record<RequestMember, true>)

/**
 * Requests an event stream, at once, and returns its events for a `for await` loop. The loop ends when the stream ends or the
 * server responds with 204. It throws a `ConnectionError` if the connection fails.
 *
 * Reconnecting is off by default, for every method. With the option `reconnect`, the loop continues across connections, also
 * after the stream ends.
 *
 * The body is read only as fast as the loop takes events. Reading pauses when it is more than 64 KiB ahead.
 *
 * ```js
 * for await (const { type, data } of streamEvents('https://example.com/events')) console.log(type, data)
 * ```
 *
 * @param url a URL, resolved as in the constructor of `EventSource`, or a `Request`. The options override the `Request`'s method,
 *   headers, body, signal, credentials and redirect mode
 * @param options the options of `EventSource`
 * @typeParam Events maps event names to the types of their `data`
 * @throws a `TypeError` that names the invalid option
 * @throws a `DOMException` named `SyntaxError` if the URL is invalid
 */
export function streamEvents<Events extends EventsMap<Events> = Record<string, string>>(
  url: string | URL | Request,
  options?: EventSourceInit | null,
): EventStreamInstance<Events>
/**
 * Reads the events of an existing response or stream of bytes. At most one chunk is read ahead. The loop throws a
 * `ConnectionError` if the response's status is not 200 or its Content-Type is not `text/event-stream`.
 *
 * @param given a `Response`, or a `ReadableStream` of bytes
 * @param options the options that don't concern a request
 * @throws a `TypeError` if the body is locked or has been read, or for an option that concerns a request
 */
export function streamEvents<Events extends EventsMap<Events> = Record<string, string>>(
  given: FetchLikeResponse | ByteStream,
  options?: GivenStreamInit | null,
): EventStreamInstance<Events>
/**
 * Reads the events of any supported input.
 *
 * @param input a URL, a `Request`, a `Response` or a `ReadableStream` of bytes
 * @param options the options that don't concern a request
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

/** Suggests a fix for common mistakes. */
function hint(input: unknown): string {
  if (!isObject(input)) return ''
  return isPromise(input) ? '. Await it first' : NODE_STREAM_HINT
}

/** @throws a `TypeError` for request options, because the request has already been sent */
function readGivenOptions(init: unknown): ConnectionOptions {
  const options = readOptions(init, false)
  const misplaced = REQUEST_MEMBERS.find((name) => members(init)[name] !== undefined)
  if (misplaced !== undefined) {
    throw new TypeError(`Option "${misplaced}" does not apply to a Response or a ReadableStream`)
  }
  return options
}
