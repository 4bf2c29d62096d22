/** Streams that you provide: facts 28 to 31 (whatwg/html pull request 12272), 54 and 55. */

import type { ErrorEvent, OpenEvent, StreamEvent } from 'everysource'
import {
  breaking,
  all,
  check,
  dataOf,
  ending,
  equal,
  type Fact,
  idleUntilChecked,
  closesWhileIdle,
  type Recorder,
  refused,
  rejection,
  sleep,
  stream,
  thrown,
} from '../harness.ts'
import { ConnectionError, EventDecoderStream, EventSource, fetchEventSource, streamEvents } from '../under-test.ts'
import { cutCase, streamCases } from '../cases.ts'
import { ourFacts, type BehaviorFact } from './fact.ts'

const EVENT_STREAM = { headers: { 'Content-Type': 'text/event-stream' } }

export const providedStreams: BehaviorFact[] = [
  ...ourFacts(28, {
    'EventSource.fromReadableStream() creates a source that is CONNECTING, then fires open, then messages': async (
      fact,
    ) => {
      const recorder = listenTo(fact, bytes('data: 1\n\nevent: x\ndata: 2\n\n'), 'x')
      const { source } = recorder
      check(source instanceof EventSource, 'the source is not an EventSource')
      equal([source.readyState, source.url, source.withCredentials], [0, 'about:event-stream', false])
      await recorder.until('error')
      equal(recorder.summary, ['open', 'message: 1', 'x: 2', 'error 2'])
      equal(recorder.events[0]?.readyState, 1, 'readyState at open')
      check(
        thrown(() => (recorder.events[0]?.event as OpenEvent).response) instanceof TypeError,
        'the event has a response',
      )
      for (const { event } of recorder.messages) equal((event as MessageEvent).origin, 'null')
    },
    'fromReadableStream() throws a TypeError for a locked stream and for other values': () => {
      const locked = bytes('data: 1\n\n')
      locked.getReader()
      const bad: unknown[] = [locked, undefined, null, 'data: 1\n\n', {}, new Uint8Array(1)]
      for (const value of bad) {
        const error = thrown(() => EventSource.fromReadableStream(value as ReadableStream<Uint8Array>))
        check(error instanceof TypeError, `the error is ${String(error)}`)
      }
    },
    'fromReadableStream() locks the stream immediately, so a second call throws': () => {
      const body = bytes('data: 1\n\n')
      const source = EventSource.fromReadableStream(body)
      equal(body.locked, true, 'locked')
      check(thrown(() => EventSource.fromReadableStream(body)) instanceof TypeError, 'the stream was accepted twice')
      source.close()
    },
    'fromReadableStream() is an enumerable static method with one parameter and does not need this': async (fact) => {
      const { fromReadableStream } = EventSource
      equal([fromReadableStream.name, fromReadableStream.length], ['fromReadableStream', 1])
      equal(Object.keys(EventSource).includes('fromReadableStream'), true, 'enumerable')
      class Sub extends EventSource {}
      const source = fact.closing(Sub.fromReadableStream(bytes('data: 1\n\n')))
      equal([source instanceof Sub, source.constructor === EventSource], [false, true])
      const recorder = fact.record(fromReadableStream(bytes('data: 1\n\n')))
      await recorder.until('message')
    },
    'fromReadableStream() accepts the body of a fetch response': async (fact) => {
      const served = await fact.serve(ending('id: 42\nretry: 5000\ndata: hello\n\n'))
      const recorder = listenTo(fact, (await fetch(served.url)).body as ReadableStream<Uint8Array>)
      await recorder.until('message')
      equal([recorder.own.lastEventId, recorder.own.reconnectionTime], ['42', 5_000])
    },
  }),

  ...ourFacts(29, {
    'lastEventId and reconnectionTime reflect what the stream has sent': async (fact) => {
      const source = EventSource.fromReadableStream(
        bytes('data: 1\n\nid: a\nretry: 1234\ndata: 2\n\nid: b\ndata: 3\n\nretry: x\nid\ndata: 4\n\n'),
      )
      equal([source.lastEventId, source.reconnectionTime], ['', 3_000])
      const recorder = fact.record(source)
      const seen: unknown[] = []
      source.onmessage = ({ lastEventId }) => seen.push([lastEventId, source.lastEventId, source.reconnectionTime >= 1])
      source.addEventListener('message', ({ data }) => {
        if (data === '2') seen.push(source.reconnectionTime)
      })
      await recorder.until('error')
      equal(seen, [['', '', true], ['a', 'a', true], 1_234, ['b', 'b', true], ['', '', true]])
      equal([source.lastEventId, source.reconnectionTime], ['', 1_234])
    },
  }),

  ...ourFacts(30, {
    'a stream that errors delivers complete messages, then fires one error with the cause and closes the source':
      async (fact) => {
        const recorder = listenTo(fact, broken('data: 1\n\ndata: 2\n\nid: 3\ndata: 3', new Error('mine')))
        await recorder.until('error')
        await sleep(50)
        equal(recorder.summary, ['open', 'message: 1', 'message: 2', 'error 2'])
        const [{ error, willReconnect }] = recorder.errors as unknown as [ErrorEvent]
        equal([error.reason, willReconnect, (error.cause as Error).message], ['network', false, 'mine'])
      },
    'close() cancels the stream at any time and fires nothing': async (fact) => {
      for (const moment of ['at once', 'open', 'message']) {
        let onCancel: () => void = () => undefined
        const canceled = new Promise<void>((resolve) => (onCancel = resolve))
        const body = new ReadableStream<Uint8Array>({
          start: (controller) => {
            controller.enqueue(encoded('data: 1\n\ndata: 2\n\n'))
          },
          cancel: onCancel,
        })
        const recorder = listenTo(fact, body)
        if (moment !== 'at once') await recorder.until(moment)
        const { length } = recorder.events
        recorder.source.close()
        await canceled
        await sleep(20)
        equal([recorder.source.readyState, recorder.events.length], [2, length], moment)
      }
    },
    'chunks that are not bytes fail with an error that says so': async (fact) => {
      const recorder = listenTo(fact, new Response('data: 1\n\n').body?.pipeThrough(new TextDecoderStream()))
      await recorder.until('error')
      equal([recorder.errors[0]?.error.reason, recorder.errors[0]?.message.includes('bytes')], ['unsupported', true])
    },
  }),

  ...ourFacts(31, {
    'bodies piped in one after another share the last event ID and the reconnection time': async (fact) => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const recorder = listenTo(fact, readable)
      const { own: source } = recorder
      await bytes('id: 42\nretry: 1234\ndata: first\n\nid: 43\n\n').pipeTo(writable, { preventClose: true })
      // Messages that have been read will be dispatched, so the next request resumes after them.
      equal([source.lastEventId, source.reconnectionTime], ['43', 1_234])
      await bytes('data: second\n\n').pipeTo(writable)
      await recorder.until('error')
      equal(recorder.summary, ['open', 'message: first', 'message: second', 'error 2'])
      equal(
        recorder.messages.map(({ lastEventId }) => lastEventId),
        ['42', '43'],
      )
    },
    'reset() discards an incomplete event, character and ID, and allows a BOM in the next body': async (fact) => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const recorder = listenTo(fact, readable)
      await bytes('id: 1\ndata: first\n\nid: 2\nevent: lost\ndata: lost\nda', [0xe2, 0x82]).pipeTo(writable, {
        preventClose: true,
      })
      recorder.own.reset()
      await bytes([0xef, 0xbb, 0xbf], 'data: second\n\n').pipeTo(writable)
      await recorder.until('error')
      equal(recorder.summary, ['open', 'message: first', 'message: second', 'error 2'])
      equal(
        recorder.messages.map(({ lastEventId }) => lastEventId),
        ['1', '1'],
      )
    },
    'reset() in a listener keeps messages already read and discards an incomplete event': async (fact) => {
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>()
      const recorder = listenTo(fact, readable)
      recorder.source.addEventListener(
        'message',
        () => {
          recorder.own.reset()
        },
        { once: true },
      )
      await recorder.until('open')
      // Makes the source dispatch the first message as soon as it is read, and the second one later. One sleep is not enough: its
      // timer may fire in the event loop iteration that dispatched open.
      await sleep(20)
      await sleep(1)
      await bytes('data: 1\n\ndata: 2\n\ndata: lost').pipeTo(writable, { preventClose: true })
      await recorder.until('message', 2)
      await bytes('\n\ndata: 3\n\n').pipeTo(writable)
      await recorder.until('error')
      equal(recorder.summary, ['open', 'message: 1', 'message: 2', 'message: 3', 'error 2'])
    },
    'reset() on a source with a URL and reconnect() on one without throw a TypeError': async (fact) => {
      const served = await fact.serve(stream(': hello\n'))
      const source = fact.closing(new EventSource(served.url))
      check(
        thrown(() => {
          source.reset()
        }) instanceof TypeError,
        'reset() was called',
      )
      const fromStream = fact.closing(EventSource.fromReadableStream(bytes('')))
      check(
        thrown(() => {
          fromStream.reconnect()
        }) instanceof TypeError,
        'reconnect() was called',
      )
    },
  }),

  ...ourFacts(54, {
    'the test byte streams yield the same events in a loop, EventDecoderStream and fetchEventSource()': async ({
      env: { seed },
    }) => {
      for (const [index, { name, events, lastEventId, reconnectionTime }] of streamCases.entries()) {
        const body = (): ReadableStream<Uint8Array> => bytes(...cutCase({ index, cut: 'random', seed }))
        const stream = streamEvents(body())
        equal((await all(stream)).map(withoutId), events, `the loop on "${name}" (seed ${seed})`)
        equal([stream.lastEventId, stream.reconnectionTime], [lastEventId, reconnectionTime ?? 3_000], name)
        const decoded = await read(body().pipeThrough(new EventDecoderStream()))
        equal(decoded.map(withoutId), events, `EventDecoderStream on "${name}" (seed ${seed})`)
        const messages: unknown[] = []
        await fetchEventSource('http://localhost/', {
          fetch: () => Promise.resolve(new Response(body(), EVENT_STREAM)),
          onmessage: ({ event, data }) => messages.push([event || 'message', data]),
        })
        equal(
          messages,
          events.map(({ type, data }) => [type, data]),
          `fetchEventSource on "${name}" (seed ${seed})`,
        )
      }
    },
    'streamEvents() accepts a Response': async (fact) => {
      const served = await fact.serve(ending('id: 1\ndata: 1\n\n', 'data: 2\n\n'))
      const response = await fetch(served.url)
      const events = streamEvents(response)
      equal((await events.response) === response, true, 'the response')
      equal(await dataOf(events), ['1', '2'])
      equal(events.lastEventId, '1')
    },
    'leaving a loop over a Response closes its connection, even an idle one': async (fact) => {
      const served = await fact.serve(idleUntilChecked('data: 1\n\n'))
      for await (const _ of streamEvents(await fetch(served.url))) break
      await closesWhileIdle(served)
    },
    'a Response with the wrong status or Content-Type throws a ConnectionError, as with a URL': async (fact) => {
      const served = await fact.serve(refused(401, { 'Content-Type': 'application/json' }, '{"error":"who?"}'))
      const error = await rejection(dataOf(streamEvents(await fetch(served.url))))
      check(error instanceof ConnectionError, 'the error is not a ConnectionError')
      equal([error.reason, error.status, error.body, error.url], ['status', 401, '{"error":"who?"}', served.url])
      const page = new Response('<p>', { headers: { 'Content-Type': 'text/html' } })
      equal(((await rejection(dataOf(streamEvents(page)))) as ConnectionError).reason, 'content-type')
    },
    'a Response without a body or with status 204 is an empty stream': async () => {
      equal(await dataOf(streamEvents(new Response(null, EVENT_STREAM))), [])
      equal(await dataOf(streamEvents(new Response(null, { status: 204 }))), [])
    },
    'a Response whose body is locked or used throws a TypeError': async () => {
      const locked = new Response('data: 1\n\n', EVENT_STREAM)
      locked.body?.getReader()
      const used = new Response('data: 1\n\n', EVENT_STREAM)
      await used.text()
      for (const response of [locked, used]) {
        const error = thrown(() => streamEvents(response))
        check(error instanceof TypeError && error.message.includes('body'), error.message)
      }
    },
    'streamEvents() accepts a stream of bytes; its response promise rejects': async () => {
      const events = streamEvents(bytes('data: 1\n\n'), { lastEventId: '7' })
      check((await rejection(events.response)) instanceof TypeError, 'response')
      equal(await all(events), [{ type: 'message', data: '1', lastEventId: '7' }])
    },
    'a loop rethrows the AbortError of a fetch that you abort, from a Response, a stream or a custom fetch': async (
      fact,
    ) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      for (const give of [
        (response: Response) => response,
        (response: Response) => response.body as ReadableStream<Uint8Array>,
      ]) {
        const controller = new AbortController()
        const events = streamEvents(give(await fetch(served.url, { signal: controller.signal })) as Response)
        const iterator = events[Symbol.asyncIterator]()
        await iterator.next()
        controller.abort()
        equal(((await rejection(iterator.next())) as Error).name, 'AbortError')
      }
      const controller = new AbortController()
      const fetchWith = (url: string, init: object): Promise<Response> =>
        fetch(url, { ...init, signal: controller.signal })
      const iterator = streamEvents(served.url, { fetch: fetchWith })[Symbol.asyncIterator]()
      await iterator.next()
      controller.abort()
      equal(((await rejection(iterator.next())) as Error).name, 'AbortError')
    },
    'a loop reports whether the stream ended in the middle of an event': async () => {
      const ends: [string, boolean][] = [
        ['data: 1\n\n', false],
        ['data: 1\n\n: comment\n', false],
        ['data: 1\n\n: comm', false],
        ['data: 1\n\nretry: 5\n', false],
        ['', false],
        ['data: 1\n\ndata: 2\n', true],
        ['data: 1\n\ndata: 2', true],
        ['data: 1\r\rdata: 2\r', true],
        ['data: 1\n\nevent: x\n', true],
        ['data: 1\n\ndat', true],
        ['data: 1\n\ndata\n: comment', true],
      ]
      for (const [text, isCut] of ends) {
        for (const cut of [0, text.length - 1]) {
          const events = streamEvents(bytes(text.slice(0, cut), text.slice(cut)))
          equal(events.endedMidEvent, false, 'endedMidEvent before')
          await all(events)
          equal(events.endedMidEvent, isCut, `endedMidEvent after ${JSON.stringify(text)}`)
        }
      }
    },
    'error events and onclose of fetchEventSource() report whether the stream ended in the middle of an event': async (
      fact,
    ) => {
      for (const [text, isCut] of [
        ['data: 1\n\n', false],
        ['data: 1\n\ndata: 2\n', true],
      ] as const) {
        const served = await fact.serve(ending(text))
        const recorder = fact.listenWith(served.url, { reconnect: false })
        await recorder.until('error')
        const { reason, endedMidEvent, message } = recorder.errors[0]?.error ?? {}
        equal([reason, endedMidEvent, message?.includes('middle of an event')], ['ended', isCut, isCut])
        let end: unknown
        await fetchEventSource(served.url, { onclose: (given) => (end = given) && undefined })
        equal(end ?? null, isCut ? { endedMidEvent: true } : null)
      }
    },
    'streamEvents() accepts a Request and uses its method, headers, body, signal and credentials': async (fact) => {
      const served = await fact.serve(stream('data: 1\n\n'))
      const controller = new AbortController()
      const request = new Request(served.url, {
        method: 'POST',
        headers: { 'X-Of': 'mine', 'Content-Type': 'application/json' },
        body: '{"a":1}',
        signal: controller.signal,
      })
      const events = streamEvents(request)[Symbol.asyncIterator]()
      equal((await events.next()).value?.data, '1')
      const [sent] = (await served.log({ requests: 1 })).requests
      equal([sent?.method, sent?.headers['x-of'], sent?.body], ['POST', 'mine', '{"a":1}'])
      equal([sent?.headers['content-type'], sent?.headers.accept], ['application/json', 'text/event-stream'])
      controller.abort()
      equal(((await rejection(events.next())) as Error).name, 'AbortError')
    },
    'options override a Request, which can be sent again; a used Request throws a TypeError': async (fact) => {
      const served = await fact.serve(breaking('retry: 10\ndata: 1\n\n'), ending('data: 2\n\n'))
      const request = new Request(served.url, { method: 'POST', headers: { 'X-Of': 'request' }, body: 'again' })
      const taken: string[] = []
      for await (const { data } of streamEvents(request, { headers: { 'X-Of': 'options' }, reconnect: true })) {
        taken.push(data)
        await served.openGate('break')
      }
      equal(taken, ['1', '2'])
      const { requests } = await served.log({ requests: 2 })
      equal(
        requests.map(({ body, headers }) => [body, headers['x-of']]),
        [
          ['again', 'options'],
          ['again', 'options'],
        ],
      )
      await request.text()
      const error = thrown(() => streamEvents(request))
      check(error instanceof TypeError && error.message.includes('Request'), error.message)
    },
    'a loop over a stream that errors throws a ConnectionError with the cause, after all earlier events': async () => {
      const mine = new Error('mine')
      const taken: string[] = []
      const error = await rejection(
        (async () => {
          for await (const { data } of streamEvents(broken('data: 1\n\ndata: 2\n\n', mine))) taken.push(data)
        })(),
      )
      check(error instanceof ConnectionError, 'the error is not a ConnectionError')
      equal([taken, error.reason, error.cause === mine], [['1', '2'], 'network', true])
    },
    'leaving the loop or passing an already aborted signal cancels the stream': async () => {
      for (const isAborted of [false, true]) {
        let onCancel: () => void = () => undefined
        const canceled = new Promise<void>((resolve) => (onCancel = resolve))
        const controller = new AbortController()
        if (isAborted) controller.abort('the reason')
        const body = new ReadableStream<Uint8Array>({
          pull: (own) => {
            own.enqueue(encoded('data: 1\n\n'))
          },
          cancel: onCancel,
        })
        const events = streamEvents(body, { signal: controller.signal })
        const leave = async (): Promise<void> => {
          for await (const _ of events) break
        }
        if (isAborted) equal(await rejection(leave()), 'the reason')
        else await leave()
        await canceled
      }
    },
    'a request option with a Response or a stream throws a TypeError that names it': () => {
      const options = {
        method: 'POST',
        headers: {},
        body: '{}',
        reconnect: true,
        fetch,
        redirect: 'error',
        connectTimeout: 1,
      }
      for (const [name, value] of Object.entries(options)) {
        for (const make of [() => bytes(''), () => new Response('', EVENT_STREAM)]) {
          const input = make() as Response
          const error = thrown(() => streamEvents(input, { [name]: value }))
          check(error instanceof TypeError && error.message.includes(`"${name}"`), `${name}: ${error.message}`)
        }
      }
    },
    'any other input to streamEvents() throws a TypeError that says what it accepts': () => {
      for (const value of [undefined, null, 7, {}, Promise.resolve(new Response())]) {
        const error = thrown(() => streamEvents(value as string))
        check(error instanceof TypeError && error.message.includes('a Response'), error.message)
      }
    },
    'streamEvents() with an invalid URL throws a SyntaxError immediately': () => {
      equal(thrown(() => streamEvents('http://')).name, 'SyntaxError')
    },
  }),

  ...ourFacts(55, {
    'EventDecoderStream transforms bytes into events': async (fact) => {
      const served = await fact.serve(ending('\uFEFFid: 1\ndata: a\n\nevent: x\nda', 'ta: b\n\ndata: unfinished\n'))
      const events = (await fetch(served.url)).body?.pipeThrough(new EventDecoderStream())
      equal(await read(events), [
        { type: 'message', data: 'a', id: '1', lastEventId: '1' },
        { type: 'x', data: 'b', lastEventId: '1' },
      ])
    },
    'EventDecoderStream reports comments and retry as it reads them': async () => {
      const log: unknown[] = []
      const decoder = new EventDecoderStream({
        onComment: (text) => log.push(text),
        onRetry: (ms) => log.push(ms),
      })
      const events = bytes(': a\nretry: 7\ndata: 1\n\n: b\nretry: x\n\n').pipeThrough(decoder)
      equal((await read(events)).length, 1, 'the number of events')
      equal(log, ['a', 7, 'b'])
    },
    'EventDecoderStream errors on an oversized event, a non-byte chunk or a failing source, after all earlier events':
      async () => {
        const three = 'data: 1\n\ndata: 2\n\ndata: 3\n\n'
        const large = bytes(`${three}data: ${'x'.repeat(200)}\n\n`)
        const text = new ReadableStream<Uint8Array>({
          start: (controller) => {
            controller.enqueue(encoded(three))
            controller.enqueue('data: 4\n\n' as never)
          },
        })
        const cases: [ReadableStream<Uint8Array>, string][] = [
          [large, 'RangeError'],
          [text, 'TypeError'],
          [broken(three, new Error('mine')), 'Error'],
        ]
        for (const [source, name] of cases) {
          const reader = source.pipeThrough(new EventDecoderStream({ maxBufferSize: 100 })).getReader()
          for (const data of ['1', '2', '3']) equal((await reader.read()).value?.data, data, name)
          equal(((await rejection(reader.read())) as Error).name, name)
        }
      },
    'EventDecoderStream passes cancellation and backpressure on to its source': async () => {
      let pulled = 0
      let onCancel: (reason: unknown) => void = () => undefined
      const canceled = new Promise((resolve) => (onCancel = resolve))
      const source = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          pulled++
          controller.enqueue(encoded(`data: ${pulled}\n\n`))
        },
        cancel: onCancel,
      })
      const reader = source.pipeThrough(new EventDecoderStream()).getReader()
      await reader.read()
      await sleep(50)
      check(pulled < 10, `${pulled} chunks were pulled for one event`)
      await reader.cancel('enough')
      equal(await canceled, 'enough')
    },
    'invalid EventDecoderStream options throw a TypeError that names them': () => {
      for (const [name, value] of Object.entries({ maxBufferSize: 0, onComment: 'x', onRetry: {} })) {
        const error = thrown(() => new EventDecoderStream({ [name]: value }))
        check(error instanceof TypeError && error.message.includes(`"${name}"`), `${name}: ${error.message}`)
      }
    },
  }),
]

function listenTo(fact: Fact, body: ReadableStream<unknown> | undefined, ...types: string[]): Recorder {
  return fact.record(EventSource.fromReadableStream(body as ReadableStream<Uint8Array>), ...types)
}

function withoutId({ type, data, lastEventId }: StreamEvent): object {
  return { type, data, lastEventId }
}

function encoded(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

/** Creates a stream of these chunks. */
function bytes(...chunks: (string | number[] | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks)
        controller.enqueue(typeof chunk === 'string' ? encoded(chunk) : Uint8Array.from(chunk))
      controller.close()
    },
  })
}

/** Creates a stream that errors after this text. */
function broken(text: string, error: Error): ReadableStream<Uint8Array> {
  const chunks = [encoded(text)]
  return new ReadableStream(
    {
      pull: (controller) => {
        const chunk = chunks.shift()
        if (chunk) controller.enqueue(chunk)
        else controller.error(error)
      },
    },
    { highWaterMark: 0 },
  )
}

async function read(events: ReadableStream<StreamEvent> | undefined): Promise<StreamEvent[]> {
  const taken: StreamEvent[] = []
  const reader = events?.getReader()
  for (;;) {
    const result = await reader?.read()
    if (!result || result.done) return taken
    taken.push(result.value)
  }
}
