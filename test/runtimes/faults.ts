/** The faults that the conformance suite must notice, each by one fact or case. */

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
const INBOX = 'src/event-stream/inbox.ts'
const RECONNECT = 'src/connection/reconnect.ts'
const REQUEST = 'src/connection/request.ts'
const RESPONSE = 'src/connection/response.ts'
const TASK_QUEUE = 'src/event-source/task-queue.ts'
const TIMERS = 'src/connection/timers.ts'

export const FAULTS: Fault[] = [
  // With these the test waits for what never comes, until its limit: first, so that nothing waits for them at the end.
  {
    what: 'reconnects to where a redirect led',
    module: FETCH_EXCHANGE,
    name: 'FetchExchange.#send',
    by: `(send) => async (...args) => {
      const response = await send(...args)
      this.#opener.href = response.url || this.#opener.href
      return response
    }`,
    noticedBy: 'fact 9: a reconnection goes to the original URL, also after more than 20 redirected ones',
  },
  {
    what: 'compares the whole Content-Type',
    module: RESPONSE,
    name: 'mimeEssence',
    by: '() => (contentType) => contentType',
    noticedBy: 'fact 10: the MIME essence is what counts, in any case and with any parameters',
  },
  {
    what: 'calls the methods of a subclass',
    module: 'src/platform/event-target.ts',
    name: 'dispatch',
    by: '() => (target, event) => target.dispatchEvent(event)',
    noticedBy: 'fact 21: a subclass with methods of its own changes nothing in what is dispatched and to whom',
  },
  {
    what: 'leaves the old connection open at reconnect()',
    module: CONNECTION,
    name: 'Connection.reconnect',
    by: '() => () => this.#run(++this.#generation, this.#connect(undefined, this.#generation))',
    noticedBy: 'fact 47: reconnect() drops an open connection and connects at once, without an error',
  },
  {
    what: 'keeps reading while the loop is slow',
    module: INBOX,
    name: 'Inbox.backpressure',
    by: '() => () => undefined',
    noticedBy:
      'fact 53: a slow loop holds the server back: of 100 MB it is rid of what sockets hold, and then of no more',
  },
  {
    what: 'reconnects without being told to',
    module: 'src/connection/read-options.ts',
    name: 'readOptions',
    by: '(readOptions) => (init) => readOptions(init)',
    noticedBy: 'fact 51: without the option reconnect a loop is one request',
  },
  {
    what: 'leaves a given stream alone when it is closed',
    module: 'src/connection/given-exchange.ts',
    name: 'givenStream',
    by: '(givenStream) => (stream) => ({ ...givenStream(stream), controller: new AbortController() })',
    noticedBy: 'fact 54: leaving the loop cancels the stream, and so does a signal that is aborted already',
  },

  {
    what: 'dispatches all messages of a chunk in one task',
    module: TASK_QUEUE,
    name: 'TaskQueue.push',
    by: '() => (item) => this.#owner.runTask(item)',
    noticedBy: 'fact 20: microtasks to any depth run between open and messages, and between messages',
  },
  {
    what: 'takes every round of the event loop for a new one',
    module: 'src/platform/task.ts',
    name: 'loopCount',
    by: '() => () => Math.random()',
    noticedBy: 'fact 20: microtasks to any depth run between open and messages, and between messages',
  },
  {
    what: 'takes a new chunk for a new task',
    module: 'src/platform/task.ts',
    name: 'chooseQueueTask',
    by: '() => () => (task) => Promise.resolve().then(task)',
    noticedBy: 'fact 20: microtasks to any depth run between open and messages, and between messages',
  },
  {
    what: 'drops the id of a block without data',
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
    what: 'decodes each chunk for itself',
    module: DECODER,
    name: 'EventDecoder.#utf8',
    by: '(utf8) => ({ decode: (chunk) => utf8.decode(chunk) })',
    noticedBy: 'case "multibyte characters", every byte',
  },
  {
    what: 'sends the id as Latin-1',
    module: REQUEST,
    name: 'lastEventIdHeader',
    by: '(header) => (id) => header(id) && id.replace(/[^\\0-\\xff]/g, "?")',
    noticedBy: 'case "id with latin-1 characters", whole',
  },
  {
    what: 'takes the origin of the first URL',
    module: RESPONSE,
    name: 'openResponse',
    by: `(openResponse) => (response, requested, request) =>
      openResponse(Object.defineProperty(response, 'url', { value: requested.href }), requested, request)`,
    noticedBy: 'fact 9: 301, 302, 303, 307 and 308 are followed, to other origins too',
  },
  {
    what: 'tries again after a refused response',
    module: RECONNECT,
    name: 'RETRYABLE',
    by: "(reasons) => ['status', ...reasons]",
    noticedBy: 'fact 11: a failed connection is CLOSED, fires one error, and never comes back',
  },
  {
    what: 'hands the reconnection time to the timer as it is',
    module: TIMERS,
    name: 'MAX_DELAY',
    by: '() => Infinity',
    noticedBy: 'fact 18: a retry past 2^31-1 ms overflows no timer',
  },
  {
    what: 'reconnects as fast as the server says',
    module: TIMERS,
    name: 'MIN_DELAY',
    by: '() => 0',
    noticedBy: 'fact 24: retry: 0 does not storm a server that closes at once',
  },
  {
    what: 'leaves the request pending after close()',
    module: CONNECTION,
    name: 'Connection.#cancel',
    by: `(cancel) => (...args) => {
      if (this.#state.phase === 'connecting') this.#endAttempt()
      return cancel(...args)
    }`,
    noticedBy: 'fact 23: close() while the response is awaited ends the request',
  },
  {
    what: 'fires error before the state has changed',
    module: DISPATCHER,
    name: 'Dispatcher.lost',
    by: `() => (error, delay) =>
      this.#done(() => {
        this.#dispatch(new ErrorEvent('error', error, delay))
        this.#readyState = CONNECTING
      })`,
    noticedBy: 'fact 12: the end of the body: CONNECTING, one error, the wait, the next request',
  },
  {
    what: 'gives a replaced handler a new place',
    module: 'src/event-source/handler-attributes.ts',
    name: 'HandlerAttributes.set',
    by: '(set) => (type, value) => { set(type, null); set(type, value) }',
    noticedBy: 'fact 22: the first handler fixes the place among the listeners, and replacing it keeps the place',
  },
  {
    what: 'leaves members as classes make them: not enumerable',
    module: 'src/event-source/webidl.ts',
    name: 'defineInterface',
    by: `(define) => (interfaceObject, name, length) => {
      define(interfaceObject, name, length)
      const { prototype } = interfaceObject
      for (const key of Object.getOwnPropertyNames(prototype)) Object.defineProperty(prototype, key, { enumerable: false })
    }`,
    noticedBy: 'fact 6: the operation close is enumerable, writable and configurable',
  },
  {
    what: 'delivers the rest of a chunk after close()',
    module: DECODER,
    name: 'EventDecoder.stop',
    by: '() => () => undefined',
    noticedBy: 'fact 20: close() in a listener stops the next message of a chunk that comes on its own',
  },
  {
    what: 'keeps the origin of the first connection',
    module: DISPATCHER,
    name: 'Dispatcher.open',
    by: '(open) => (response, origin) => open(response, this.#origin || origin)',
    noticedBy: 'fact 15: the origin is that of the connection the message came over',
  },
  {
    what: 'forgets the password once it has an id',
    module: REQUEST,
    name: 'buildRequest',
    by: `(buildRequest) => (parts, options, lastEventId, signal) => {
      if (!lastEventId) return buildRequest(parts, options, lastEventId, signal)
      const url = Object.assign(new URL(parts.url), { username: '', password: '' })
      return buildRequest({ ...parts, url }, options, lastEventId, signal)
    }`,
    noticedBy: 'fact 4: user and password of the URL go out as Basic authorization, and url still shows them',
  },
  {
    what: 'sends a POST again',
    module: RECONNECT,
    name: 'readPolicy',
    by: '(readPolicy) => (reconnect) => readPolicy(reconnect, true)',
    noticedBy: 'fact 35: a POST is sent once, whatever the server does',
  },
  {
    what: "sends the caller's id after the stream has reset it",
    module: REQUEST,
    name: 'buildRequest',
    by: `(buildRequest) => (parts, options, lastEventId, signal) =>
      buildRequest(parts, options, lastEventId || undefined, signal)`,
    noticedBy:
      "fact 37: the caller's Last-Event-ID is sent until the stream has an id, and not again when it resets it",
  },
  {
    what: 'puts the id into the header next to the parameter',
    module: REQUEST,
    name: 'buildRequest',
    by: `(buildRequest) => (parts, options, lastEventId, signal) => {
      const [url, init] = buildRequest(parts, options, lastEventId, signal)
      const id = lastEventIdHeader(lastEventId ?? '')
      if (id !== undefined) init.headers['Last-Event-ID'] = id
      return [url, init]
    }`,
    noticedBy: 'fact 37: lastEventIdParameter appends the id to the query as it stands, instead of the header',
  },
  {
    what: 'sends the first request again to resume',
    module: FETCH_EXCHANGE,
    name: 'FetchExchange.#send',
    by: '(send) => (...args) => { this.#opener.hasSent = false; return send(...args) }',
    noticedBy: 'fact 38: what was never sent is not resumed',
  },
  {
    what: 'follows redirects to any origin',
    module: 'src/connection/redirect.ts',
    name: 'followRedirects',
    by: `(send) => (fetch, request, allowed) =>
      send(fetch, request, allowed === 'same-origin' ? 'follow' : allowed)`,
    noticedBy: 'fact 39: the error of a refused redirect has its status and says where it led, without the query',
  },
  {
    what: 'leaves the source open when its signal is aborted',
    module: DISPATCHER,
    name: 'Dispatcher.aborted',
    by: '() => () => undefined',
    noticedBy: 'fact 41: aborted beforehand, the source is CLOSED at once and sends nothing',
  },
  {
    what: 'asks whether to reconnect before the messages are delivered',
    module: DISPATCHER,
    name: 'Dispatcher.deciding',
    by: '() => () => Promise.resolve()',
    noticedBy: 'fact 43: it is asked once the messages before the end have been delivered',
  },
  {
    what: 'never gives up',
    module: RECONNECT,
    name: 'nextDelay',
    by: '(nextDelay) => (policy, ...rest) => nextDelay({ ...policy, maxAttempts: Infinity }, ...rest)',
    noticedBy: 'fact 43: maxAttempts counts requests in a row without a message, the first included',
  },
  {
    what: 'ignores Retry-After',
    module: RECONNECT,
    name: 'nextDelay',
    by: '(nextDelay) => (policy, given, ...rest) => nextDelay(policy, { ...given, retryAfter: undefined }, ...rest)',
    noticedBy: 'fact 44: Retry-After replaces the wait, in seconds or as a date, longer or shorter',
  },
  {
    what: 'limits Retry-After to maxDelay',
    module: RECONNECT,
    name: 'nextDelay',
    by: `(nextDelay) => (policy, given, ...rest) => {
      const delay = nextDelay(policy, given, ...rest)
      return delay === undefined || given.retryAfter === undefined ? delay : Math.min(delay, policy.maxDelay)
    }`,
    noticedBy: 'fact 44: Retry-After replaces the wait, in seconds or as a date, longer or shorter',
  },
  {
    what: 'repeats a POST whose answer is complete',
    module: RECONNECT,
    name: 'readPolicy',
    by: '(readPolicy) => (reconnect, byDefault) => readPolicy(reconnect, byDefault)',
    noticedBy:
      'fact 43: the clean end of a response to another method than GET is the end, unless shouldReconnect or resume say otherwise',
  },
  {
    what: 'stays OPEN while shouldReconnect is asked',
    module: DISPATCHER,
    name: 'Dispatcher.deciding',
    by: '() => () => this.#done(() => undefined)',
    noticedBy: 'fact 43: the source is CONNECTING while it is asked, and the error event waits for its answer',
  },
  {
    what: 'makes a network failure of an abort',
    module: RECONNECT,
    name: 'isAbort',
    by: '() => () => false',
    noticedBy: 'fact 54: an aborted request of the caller is thrown as it is, whatever the stream was given as',
  },
  {
    what: 'says nothing of an event that was cut',
    module: DECODER,
    name: 'EventDecoder.end',
    by: '() => () => false',
    noticedBy: 'fact 54: a loop says whether the stream ended in the middle of an event',
  },
  {
    what: 'keeps the connection of a refused response',
    module: RESPONSE,
    name: 'openResponse',
    by: `(openResponse) => (response, requested, request) => {
      if (response.status !== 200) request.abort = () => undefined
      return openResponse(response, requested, request)
    }`,
    noticedBy: 'fact 45: of a long body the first 64 KiB are read, and the connection is let go',
  },
  {
    what: 'shows header values',
    module: 'src/connection/redaction.ts',
    name: 'redactor',
    by: '(redactor) => () => redactor([])',
    noticedBy: 'fact 46: no secret shows in an error: no header, password or query, in whatever way it is looked at',
  },
  {
    what: 'reconnects while the loop is at work',
    module: INBOX,
    name: 'Inbox.lost',
    by: '() => () => new Promise((resolve) => this.#push(new Turn(resolve, false)))',
    noticedBy: 'fact 51: no reconnection is made before the loop asks for more',
  },
  {
    what: 'asks shouldReconnect while the loop is at work',
    module: INBOX,
    name: 'Inbox.deciding',
    by: '() => () => new Promise((resolve) => this.#push(new Turn(resolve, false)))',
    noticedBy: 'fact 51: shouldReconnect is asked when the loop has dealt with what came before',
  },
  {
    what: 'throws on a 204',
    module: RECONNECT,
    name: 'decide',
    by: `(decide) => async (policy, request, failure, ...rest) => {
      const verdict = await decide(policy, request, failure, ...rest)
      return failure.status === 204 ? { ...verdict, thrown: verdict } : verdict
    }`,
    noticedBy: 'fact 50: it ends when the server answers 204',
  },
  {
    what: 'throws when the body ends',
    module: RECONNECT,
    name: 'decide',
    by: `(decide) => async (policy, request, failure, ...rest) => {
      const verdict = await decide(policy, request, failure, ...rest)
      return failure.reason === 'ended' ? { ...verdict, thrown: verdict } : verdict
    }`,
    noticedBy: 'fact 50: it ends when the body ends, and an unfinished event is discarded',
  },
  {
    what: 'ends a loop quietly when shouldReconnect throws',
    module: RECONNECT,
    name: 'decide',
    by: `(decide) => async (policy, request, failure, ...rest) => {
      const verdict = await decide(policy, request, failure, ...rest)
      return failure.reason === 'ended' || failure.status === 204 ? { ...verdict, thrown: undefined } : verdict
    }`,
    noticedBy: 'fact 51: an end is no end when shouldReconnect has thrown, whatever that was',
  },
  {
    what: 'reads nothing ahead',
    module: 'src/event-stream/stream-events.ts',
    name: 'READ_AHEAD',
    by: '() => 0',
    noticedBy: 'fact 53: a slow loop loses nothing of what had come when the connection breaks off',
  },
  {
    what: 'counts silence while the loop is at work',
    module: INBOX,
    name: 'Inbox.demand',
    by: '() => () => undefined',
    noticedBy: 'fact 53: a loop at work waits for nothing: silence meanwhile is none',
  },
  {
    what: 'gives each event of a loop an id',
    module: 'src/decoder/stream-event.ts',
    name: 'streamEvent',
    by: '(streamEvent) => (...parts) => ({ ...streamEvent(...parts), id: parts[3] })',
    noticedBy:
      'fact 50: a loop takes the events in order: type, data, the id where the block has one, and the last event ID',
  },
  {
    what: 'lets two loops read one stream',
    module: EVENT_STREAM,
    name: 'EventStream.[asyncIterator]',
    by: '(iterate) => () => { this.#isTaken = false; return iterate() }',
    noticedBy: 'fact 50: a second iterator is a TypeError',
  },
  {
    what: 'stays connected when the loop is left',
    module: EVENT_STREAM,
    name: 'EventStream.[asyncIterator]',
    by: '(iterate) => () => ({ ...iterate(), return: () => Promise.resolve({ done: true, value: undefined }) })',
    noticedBy: 'fact 52: return ends the loop, and the server sees it within half a second',
  },
  {
    what: 'ends a loop quietly when the signal is aborted',
    module: INBOX,
    name: 'Inbox.aborted',
    by: '() => () => this.end()',
    noticedBy: 'fact 52: a signal that is aborted already sends nothing, and the loop throws its reason',
  },
  {
    what: 'drops what was read when the connection fails',
    module: INBOX,
    name: 'Inbox.failed',
    by: '(failed) => (error, isEnd) => { this.end({ error }); return failed(error, isEnd) }',
    noticedBy: 'fact 50: it ends when the body ends, and an unfinished event is discarded',
  },
  {
    what: 'reconnects a source made of a stream',
    module: EVENT_SOURCE,
    name: 'EventSource.fromReadableStream',
    by: '() => (stream) => new EventSource(new GivenStream(stream), {})',
    noticedBy: 'fact 30: a stream that errors: complete messages first, then one error, with CLOSED and the cause',
  },
  {
    what: 'knows no id of a stream before it is dispatched',
    module: EVENT_SOURCE,
    name: 'EventSource.lastEventId',
    by: "() => () => this.#dispatcher.lastEventId ?? ''",
    noticedBy: 'fact 31: bodies piped in one after the other keep the last event ID and the reconnection time',
  },
  {
    what: 'resets nothing',
    module: CONNECTION,
    name: 'Connection.reset',
    by: '() => () => undefined',
    noticedBy: 'fact 31: reset() throws away an unfinished event, character and id, and lets the next body have a BOM',
  },
  {
    what: 'forgets the id when it resets',
    module: DECODER,
    name: 'EventDecoder.reset',
    by: "(reset) => () => { if (this.#willReset === undefined) this.#lastEventId = ''; reset() }",
    noticedBy: 'fact 31: reset() throws away an unfinished event, character and id, and lets the next body have a BOM',
  },
  {
    what: 'resets in the middle of a chunk',
    module: DECODER,
    name: 'EventDecoder.reset',
    by: '(reset) => () => { this.#willReset = undefined; reset() }',
    noticedBy: 'fact 31: reset() in a listener leaves what has been read, and throws away what is unfinished',
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
      'fact 55: an event past maxBufferSize, a chunk without bytes, a source that errors: an error, after the events before it',
  },
]
