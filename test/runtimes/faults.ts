/** Faults that the conformance suite must notice. Each names the fact or case that fails. */

import type { Mutation } from '../mutation.ts'

export interface Fault extends Mutation {
  /** The name of the test that must fail. */
  noticedBy: string
}

const CONNECTION = 'src/connection/connection.ts'
const DECODER = 'src/decoder/event-decoder.ts'
const DISPATCHER = 'src/event-source/dispatcher.ts'
const EVENT_SOURCE = 'src/event-source/define-event-source.ts'
const EVENT_STREAM = 'src/event-stream/event-stream.ts'
const FETCH_EXCHANGE = 'src/connection/fetch-exchange.ts'
const IDLE_TIMEOUT = 'src/connection/idle-timeout.ts'
const KEEP_ALIVE = 'src/connection/keep-alive.ts'
const INBOX = 'src/event-stream/inbox.ts'
const RECONNECT = 'src/connection/reconnect.ts'
const REQUEST = 'src/connection/request.ts'
const RESPONSE = 'src/connection/response.ts'
const TASK_QUEUE = 'src/event-source/task-queue.ts'
const TIMERS = 'src/connection/timers.ts'

export const FAULTS: Fault[] = [
  // These run first, because with them the tests hang until their time limit.
  {
    what: 'reconnects to the redirect target',
    module: FETCH_EXCHANGE,
    name: 'FetchExchange.#send',
    by: `(send) => async (...args) => {
      const response = await send(...args)
      this.#opener.href = response.url || this.#opener.href
      return response
    }`,
    noticedBy: 'fact 9: every reconnection requests the original URL, even after more than 20 redirected attempts',
  },
  {
    what: 'compares the whole Content-Type',
    module: RESPONSE,
    name: 'mimeEssence',
    by: '() => (contentType) => contentType',
    noticedBy: 'fact 10: text/event-stream is accepted in any letter case and with any parameters',
  },
  {
    what: 'calls the methods of a subclass',
    module: 'src/platform/event-target.ts',
    name: 'dispatch',
    by: '() => (target, event) => target.dispatchEvent(event)',
    noticedBy: 'fact 21: a subclass that overrides dispatchEvent or addEventListener does not change event delivery',
  },
  {
    what: 'leaves the old connection open at reconnect()',
    module: CONNECTION,
    name: 'Connection.reconnect',
    by: '() => () => this.#run(++this.#generation, this.#connect(undefined, this.#generation))',
    noticedBy: 'fact 47: reconnect() replaces an open connection immediately, without an error event',
  },
  {
    what: 'keeps reading while the loop is slow',
    module: INBOX,
    name: 'Inbox.backpressure',
    by: '() => () => undefined',
    noticedBy:
      'fact 53: a slow loop applies backpressure: a server with 100 MiB to send stalls once the socket buffers are full',
  },
  {
    what: 'reconnects a loop without the reconnect option',
    module: 'src/connection/read-options.ts',
    name: 'readOptions',
    by: '(readOptions) => (init) => readOptions(init)',
    noticedBy: 'fact 51: a loop without the reconnect option sends one request',
  },
  {
    what: 'does not cancel a provided stream on close()',
    module: 'src/connection/given-exchange.ts',
    name: 'givenStream',
    by: '(givenStream) => (stream) => ({ ...givenStream(stream), controller: new AbortController() })',
    noticedBy: 'fact 54: leaving the loop or passing an already aborted signal cancels the stream',
  },

  {
    what: 'dispatches all messages of a chunk in one task',
    module: TASK_QUEUE,
    name: 'TaskQueue.push',
    by: '() => (item) => this.#owner.runTask(item)',
    noticedBy: 'fact 20: all pending microtasks run between open and the first message, and between messages',
  },
  {
    what: 'treats every call as a new event loop iteration',
    module: 'src/platform/task.ts',
    name: 'loopCount',
    by: '() => () => Math.random()',
    noticedBy: 'fact 20: all pending microtasks run between open and the first message, and between messages',
  },
  {
    what: 'treats a new chunk as a new task',
    module: 'src/platform/task.ts',
    name: 'chooseQueueTask',
    by: '() => () => (task) => Promise.resolve().then(task)',
    noticedBy: 'fact 20: all pending microtasks run between open and the first message, and between messages',
  },
  {
    what: 'ignores that an exception may end a task before its microtasks',
    module: 'src/platform/task.ts',
    name: 'withCheckpoint',
    by: '() => (queueTask) => queueTask',
    noticedBy: 'fact 21: all pending microtasks run between messages also when listeners throw',
  },
  {
    what: 'drops the ID of an event without data',
    module: CONNECTION,
    name: 'Connection.id',
    by: '() => () => undefined',
    noticedBy: 'case "id without data", whole',
  },
  {
    what: 'keeps the BOM',
    module: DECODER,
    name: 'EventDecoder.begin',
    by: '(begin) => (lastEventId) => { begin(lastEventId); this.#atStart = false }',
    noticedBy: 'case "BOM", whole',
  },
  {
    what: 'removes two BOMs',
    module: DECODER,
    name: 'EventDecoder.begin',
    by: '(begin) => (lastEventId) => { begin(lastEventId); this.#parser.reset() }',
    noticedBy: 'case "two BOMs", whole',
  },
  {
    what: 'decodes each chunk separately',
    module: DECODER,
    name: 'EventDecoder.#utf8',
    by: '(utf8) => ({ decode: (chunk) => utf8.decode(chunk) })',
    noticedBy: 'case "multibyte characters", every byte',
  },
  {
    what: 'sends the ID as Latin-1',
    module: REQUEST,
    name: 'lastEventIdHeader',
    by: '(header) => (id) => header(id) && id.replace(/[^\\0-\\xff]/g, "?")',
    noticedBy: 'case "id with latin-1 characters", whole',
  },
  {
    what: 'uses the origin before redirects',
    module: RESPONSE,
    name: 'openResponse',
    by: `(openResponse) => (response, requested, request) =>
      openResponse(Object.defineProperty(response, 'url', { value: requested.href }), requested, request)`,
    noticedBy: 'fact 9: redirects with 301, 302, 303, 307 and 308 are followed, even to another origin',
  },
  {
    what: 'retries a refused response',
    module: RECONNECT,
    name: 'RETRYABLE',
    by: "(reasons) => ['status', ...reasons]",
    noticedBy: 'fact 11: a failed connection sets readyState to CLOSED, fires one error and never reconnects',
  },
  {
    what: 'passes the reconnection time to the timer unchanged',
    module: TIMERS,
    name: 'MAX_DELAY',
    by: '() => Infinity',
    noticedBy: 'fact 18: a retry above 2^31-1 ms does not overflow the timer',
  },
  {
    what: 'reconnects as fast as the server asks',
    module: TIMERS,
    name: 'MIN_DELAY',
    by: '() => 0',
    noticedBy: 'fact 24: retry: 0 does not cause a reconnect storm if the server closes every connection immediately',
  },
  {
    what: 'leaves the request pending after close()',
    module: CONNECTION,
    name: 'Connection.#cancel',
    by: `(cancel) => (...args) => {
      if (this.#state.phase === 'connecting') this.#endAttempt()
      return cancel(...args)
    }`,
    noticedBy: 'fact 23: close() before the response aborts the request',
  },
  {
    what: 'fires error before changing readyState',
    module: DISPATCHER,
    name: 'Dispatcher.lost',
    by: `() => (error, delay) =>
      this.#run(() => {
        this.#dispatch(new ErrorEvent('error', error, delay))
        this.#readyState = CONNECTING
      })`,
    noticedBy:
      'fact 12: the end of the body sets CONNECTING, fires one error, and reconnects after the reconnection time',
  },
  {
    what: 'gives a replaced handler a new position',
    module: 'src/event-source/handler-attributes.ts',
    name: 'HandlerAttributes.set',
    by: '(set) => (type, value) => { set(type, null); set(type, value) }',
    noticedBy: 'fact 22: replacing a handler keeps its position among the listeners',
  },
  {
    what: 'leaves class members non-enumerable',
    module: 'src/event-source/webidl.ts',
    name: 'defineInterface',
    by: `(define) => (interfaceObject, name, length) => {
      define(interfaceObject, name, length)
      const { prototype } = interfaceObject
      for (const key of Object.getOwnPropertyNames(prototype)) Object.defineProperty(prototype, key, { enumerable: false })
    }`,
    noticedBy: 'fact 6: the close method is enumerable, writable and configurable',
  },
  {
    what: 'delivers the rest of a chunk after close()',
    module: DECODER,
    name: 'EventDecoder.stop',
    by: '() => () => undefined',
    noticedBy: 'fact 20: close() in a listener stops further messages from a chunk that arrives after open',
  },
  {
    what: 'keeps the origin of the first connection',
    module: DISPATCHER,
    name: 'Dispatcher.open',
    by: '(open) => (response, origin) => open(response, this.#origin || origin)',
    noticedBy: "fact 15: a message's origin is the final origin of its connection, after redirects",
  },
  {
    what: 'drops the password once it has an ID',
    module: REQUEST,
    name: 'buildRequest',
    by: `(buildRequest) => (parts, options, lastEventId, signal) => {
      if (!lastEventId) return buildRequest(parts, options, lastEventId, signal)
      const url = Object.assign(new URL(parts.url), { username: '', password: '' })
      return buildRequest({ ...parts, url }, options, lastEventId, signal)
    }`,
    noticedBy: 'fact 4: credentials in the URL are sent as Basic authorization and stay visible in url',
  },
  {
    what: 'repeats a POST',
    module: RECONNECT,
    name: 'readPolicy',
    by: '(readPolicy) => (reconnect) => readPolicy(reconnect, true)',
    noticedBy: 'fact 35: a POST is never repeated by default',
  },
  {
    what: 'sends the custom ID after the stream has reset it',
    module: REQUEST,
    name: 'buildRequest',
    by: `(buildRequest) => (parts, options, lastEventId, signal) =>
      buildRequest(parts, options, lastEventId || undefined, signal)`,
    noticedBy:
      'fact 37: a custom Last-Event-ID header is sent until the stream sets an ID, and not after the stream resets it',
  },
  {
    what: 'sends the ID in the header as well as the parameter',
    module: REQUEST,
    name: 'buildRequest',
    by: `(buildRequest) => (parts, options, lastEventId, signal) => {
      const [url, init] = buildRequest(parts, options, lastEventId, signal)
      const id = lastEventIdHeader(lastEventId ?? '')
      if (id !== undefined) init.headers['Last-Event-ID'] = id
      return [url, init]
    }`,
    noticedBy: 'fact 37: lastEventIdParameter appends the ID to the unchanged query instead of sending the header',
  },
  {
    what: 'repeats the first request instead of resuming',
    module: FETCH_EXCHANGE,
    name: 'FetchExchange.#send',
    by: '(send) => (...args) => { this.#opener.hasSent = false; return send(...args) }',
    noticedBy: 'fact 38: resume does not apply until the first request has been sent',
  },
  {
    what: 'follows redirects to any origin',
    module: 'src/connection/redirect.ts',
    name: 'followRedirects',
    by: `(send) => (fetch, request, allowed) =>
      send(fetch, request, allowed === 'same-origin' ? 'follow' : allowed)`,
    noticedBy: 'fact 39: the error for a refused redirect has its status and names the target without the query',
  },
  {
    what: 'leaves the source open when its signal is aborted',
    module: DISPATCHER,
    name: 'Dispatcher.aborted',
    by: '() => () => undefined',
    noticedBy: 'fact 41: a source with an already aborted signal is CLOSED immediately and sends nothing',
  },
  {
    what: 'calls shouldReconnect before the messages are delivered',
    module: DISPATCHER,
    name: 'Dispatcher.deciding',
    by: '() => () => Promise.resolve()',
    noticedBy: 'fact 43: shouldReconnect is called after all earlier messages have been delivered',
  },
  {
    what: 'never gives up',
    module: RECONNECT,
    name: 'nextDelay',
    by: '(nextDelay) => (policy, ...rest) => nextDelay({ ...policy, maxAttempts: Infinity }, ...rest)',
    noticedBy: 'fact 43: maxAttempts counts consecutive requests without a message, including the first',
  },
  {
    what: 'ignores Retry-After',
    module: RECONNECT,
    name: 'nextDelay',
    by: '(nextDelay) => (policy, given, ...rest) => nextDelay(policy, { ...given, retryAfter: undefined }, ...rest)',
    noticedBy: 'fact 44: Retry-After, in seconds or as a date, replaces the wait, whether longer or shorter',
  },
  {
    what: 'limits Retry-After to maxDelay',
    module: RECONNECT,
    name: 'nextDelay',
    by: `(nextDelay) => (policy, given, ...rest) => {
      const delay = nextDelay(policy, given, ...rest)
      return delay === undefined || given.retryAfter === undefined ? delay : Math.min(delay, policy.maxDelay)
    }`,
    noticedBy: 'fact 44: Retry-After, in seconds or as a date, replaces the wait, whether longer or shorter',
  },
  {
    what: 'repeats a POST after a complete response',
    module: RECONNECT,
    name: 'readPolicy',
    by: '(readPolicy) => (reconnect, byDefault) => readPolicy(reconnect, byDefault)',
    noticedBy:
      'fact 43: methods other than GET do not reconnect after a clean end, unless shouldReconnect or resume says so',
  },
  {
    what: 'stays OPEN while shouldReconnect decides',
    module: DISPATCHER,
    name: 'Dispatcher.deciding',
    by: '() => () => this.#run(() => undefined)',
    noticedBy: 'fact 43: readyState is CONNECTING while shouldReconnect decides, and the error event waits for it',
  },
  {
    what: 'reports an abort as a network failure',
    module: RECONNECT,
    name: 'isAbort',
    by: '() => () => false',
    noticedBy:
      'fact 54: a loop rethrows the AbortError of a fetch that you abort, from a Response, a stream or a custom fetch',
  },
  {
    what: 'does not report an incomplete event',
    module: DECODER,
    name: 'EventDecoder.end',
    by: '() => () => false',
    noticedBy: 'fact 54: a loop reports whether the stream ended in the middle of an event',
  },
  {
    what: 'keeps the connection of a refused response open',
    module: RESPONSE,
    name: 'openResponse',
    by: `(openResponse) => (response, requested, request) => {
      if (response.status !== 200) request.abort = () => undefined
      return openResponse(response, requested, request)
    }`,
    noticedBy: 'fact 45: only the first 64 KiB of a long error body are read, then the connection is closed',
  },
  {
    what: 'reveals header values',
    module: 'src/connection/redaction.ts',
    name: 'redactor',
    by: '(redactor) => () => redactor([])',
    noticedBy: 'fact 46: errors never reveal headers, the password or the query, however they are inspected',
  },
  {
    what: 'reconnects while the loop body is busy',
    module: INBOX,
    name: 'Inbox.lost',
    by: '() => () => new Promise((resolve) => this.#push(new Callback(resolve, false)))',
    noticedBy: 'fact 51: a loop does not reconnect until it requests another event',
  },
  {
    what: 'calls shouldReconnect while the loop body is busy',
    module: INBOX,
    name: 'Inbox.deciding',
    by: '() => () => new Promise((resolve) => this.#push(new Callback(resolve, false)))',
    noticedBy: 'fact 51: shouldReconnect is called after the loop has processed all earlier events',
  },
  {
    what: 'throws on a 204',
    module: RECONNECT,
    name: 'decide',
    by: `(decide) => async (policy, request, failure, ...rest) => {
      const verdict = await decide(policy, request, failure, ...rest)
      return failure.status === 204 ? { ...verdict, thrown: verdict } : verdict
    }`,
    noticedBy: 'fact 50: a loop ends when the server responds with 204',
  },
  {
    what: 'throws when the body ends',
    module: RECONNECT,
    name: 'decide',
    by: `(decide) => async (policy, request, failure, ...rest) => {
      const verdict = await decide(policy, request, failure, ...rest)
      return failure.reason === 'ended' ? { ...verdict, thrown: verdict } : verdict
    }`,
    noticedBy: 'fact 50: a loop ends with the body and discards an incomplete event',
  },
  {
    what: 'ends a loop quietly when shouldReconnect throws',
    module: RECONNECT,
    name: 'decide',
    by: `(decide) => async (policy, request, failure, ...rest) => {
      const verdict = await decide(policy, request, failure, ...rest)
      return failure.reason === 'ended' || failure.status === 204 ? { ...verdict, thrown: undefined } : verdict
    }`,
    noticedBy: 'fact 51: a loop throws a ConnectionError if shouldReconnect throws anything',
  },
  {
    what: 'does not read ahead',
    module: 'src/event-stream/stream-events.ts',
    name: 'READ_AHEAD',
    by: '() => 0',
    noticedBy: 'fact 53: a slow loop yields every event that arrived before the connection was lost',
  },
  {
    what: 'counts silence while the loop body is busy',
    module: INBOX,
    name: 'Inbox.demand',
    by: '() => () => undefined',
    noticedBy: 'fact 53: idleTimeout does not count while the loop body is busy',
  },
  {
    what: 'learns no keep-alive interval',
    module: KEEP_ALIVE,
    name: 'createLearner',
    by: '(create) => () => ({ ...create(), arrived: () => false, limit: Infinity })',
    noticedBy: 'fact 42: idleTimeout "auto" reconnects with the last event ID when regular comments stop',
  },
  {
    what: 'takes irregular comments for keep-alives',
    module: KEEP_ALIVE,
    name: 'createGaps',
    by: `(create) => (isKept) => {
      const gaps = create(isKept)
      return { ...gaps, get interval() { return gaps.interval || 950 } }
    }`,
    noticedBy: 'fact 42: idleTimeout "auto" keeps a stream whose comments are irregular',
  },
  {
    what: 'ignores how regular keep-alives are',
    module: KEEP_ALIVE,
    name: 'MAX_CHANCE',
    by: '() => 1',
    noticedBy: 'fact 42: idleTimeout "auto" keeps a stream whose comments are irregular',
  },
  {
    what: 'does not notice that the device slept',
    module: IDLE_TIMEOUT,
    name: 'MIN_SLEEP',
    by: '() => Infinity',
    noticedBy: 'fact 42: after a sleep, by the wall clock, a silent connection is lost within seconds',
  },
  {
    what: 'checks the clock only at the end of the silence',
    module: IDLE_TIMEOUT,
    name: 'CHECK_INTERVAL',
    by: '() => 600_000',
    noticedBy: 'fact 42: after a sleep, by the wall clock, a silent connection is lost within seconds',
  },
  {
    what: 'takes a corrected clock for a sleep',
    module: IDLE_TIMEOUT,
    name: 'MIN_SLEEP',
    by: '() => 1_000',
    noticedBy: 'fact 42: a clock that is set back, or corrected by seconds, loses no connection',
  },
  {
    what: 'gives each event of a loop an ID',
    module: 'src/decoder/stream-event.ts',
    name: 'streamEvent',
    by: '(streamEvent) => (...parts) => ({ ...streamEvent(...parts), id: parts[3] })',
    noticedBy: 'fact 50: a loop yields the events in order, with type, data, lastEventId, and id if the event has one',
  },
  {
    what: 'lets two loops read one stream',
    module: EVENT_STREAM,
    name: 'EventStream.[asyncIterator]',
    by: '(iterate) => () => { this.#isTaken = false; return iterate() }',
    noticedBy: 'fact 50: requesting a second iterator throws a TypeError',
  },
  {
    what: 'stays connected after leaving the loop',
    module: EVENT_STREAM,
    name: 'EventStream.[asyncIterator]',
    by: '(iterate) => () => ({ ...iterate(), return: () => Promise.resolve({ done: true, value: undefined }) })',
    noticedBy: 'fact 52: return ends the loop and closes the connection within half a second',
  },
  {
    what: 'ends a loop quietly when the signal is aborted',
    module: INBOX,
    name: 'Inbox.aborted',
    by: '() => () => this.close()',
    noticedBy: 'fact 52: with an already aborted signal, nothing is sent and the loop throws its reason',
  },
  {
    what: 'discards events already read when the connection fails',
    module: INBOX,
    name: 'Inbox.failed',
    by: '(failed) => (error, isEnd) => { this.close({ error }); return failed(error, isEnd) }',
    noticedBy: 'fact 50: a loop ends with the body and discards an incomplete event',
  },
  {
    what: 'reconnects a source without a URL',
    module: EVENT_SOURCE,
    name: 'EventSource.fromReadableStream',
    by: '() => (stream) => new EventSource(new GivenStream(stream), {})',
    noticedBy:
      'fact 30: a stream that errors delivers complete messages, then fires one error with the cause and closes the source',
  },
  {
    what: 'reports an ID only after its message is dispatched',
    module: EVENT_SOURCE,
    name: 'EventSource.lastEventId',
    by: "() => () => this.#dispatcher.lastEventId ?? ''",
    noticedBy: 'fact 31: bodies piped in one after another share the last event ID and the reconnection time',
  },
  {
    what: 'ignores reset()',
    module: CONNECTION,
    name: 'Connection.reset',
    by: '() => () => undefined',
    noticedBy: 'fact 31: reset() discards an incomplete event, character and ID, and allows a BOM in the next body',
  },
  {
    what: 'clears the ID on reset()',
    module: DECODER,
    name: 'EventDecoder.reset',
    by: "(reset) => () => { if (this.#willReset === undefined) this.#lastEventId = ''; reset() }",
    noticedBy: 'fact 31: reset() discards an incomplete event, character and ID, and allows a BOM in the next body',
  },
  {
    what: 'resets in the middle of a chunk',
    module: DECODER,
    name: 'EventDecoder.reset',
    by: '(reset) => () => { this.#willReset = undefined; reset() }',
    noticedBy: 'fact 31: reset() in a listener keeps messages already read and discards an incomplete event',
  },
  {
    what: 'loses decoded events when the stream errors',
    module: 'src/decoder/event-decoder-stream.ts',
    name: 'transform',
    by: `(transform) => (chunk, controller) => {
      const batches = []
      transform(chunk, { enqueue: (batch) => batches.push(batch) })
      for (const batch of batches) controller.enqueue(batch)
    }`,
    noticedBy:
      'fact 55: EventDecoderStream errors on an oversized event, a non-byte chunk or a failing source, after all earlier events',
  },
]
