/** Method and body: fact 35. */

import type { EventSourceInit } from '../../../src/index.ts'
import {
  RECONNECT_AFTER_END,
  check,
  ending,
  equal,
  NO_CONTENT,
  refused,
  sleep,
  stream,
  thrown,
  type Fact,
  type Recorder,
} from '../harness.ts'
import { inBrowser, ourFacts, ourFactsIn, requestOf, onServer, type BehaviorFact } from './fact.ts'

const BYTES = new Uint8Array([0, 1, 127, 128, 254, 255])
const BYTES_TEXT = String.fromCharCode(...BYTES)

/** Bodies, and the text and Content-Type that the server must receive. */
const BODIES: Record<string, [body: () => EventSourceInit['body'], text: string, contentType: string | undefined]> = {
  'a string': [() => '{"a":"b"}', '{"a":"b"}', 'text/plain;charset=utf-8'],
  'a Uint8Array': [() => BYTES, BYTES_TEXT, undefined],
  'an ArrayBuffer': [() => BYTES.slice().buffer, BYTES_TEXT, undefined],
  URLSearchParams: [
    () => new URLSearchParams({ a: 'b c' }),
    'a=b+c',
    'application/x-www-form-urlencoded;charset=utf-8',
  ],
  FormData: [() => form(), 'name="field"\r\n\r\nvalue\r\n', 'multipart/form-data'],
  'a Blob': [() => new Blob(['blob'], { type: 'application/json' }), 'blob', 'application/json'],
  'a function': [() => () => Promise.resolve('fresh'), 'fresh', 'text/plain;charset=utf-8'],
}

export const body: BehaviorFact[] = [
  ...ourFacts(35, {
    'any method can be sent with headers and a body': async (fact) => {
      for (const method of ['POST', 'put', 'patch', 'DELETE']) {
        const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer t' }
        const seen = await requestOf(fact, { method, headers, body: '{"prompt":"é"}' })
        const { authorization, 'content-type': contentType, accept } = seen.headers
        equal(seen.method, method.toUpperCase())
        equal([authorization, contentType, accept], ['Bearer t', 'application/json', 'text/event-stream'])
        equal(seen.body, '{"prompt":"\u00c3\u00a9"}', 'the body')
      }
    },
    ...Object.fromEntries(
      Object.entries(BODIES).map(([what, [body, text, contentType]]) => [
        `${what} as the body arrives intact and is sent again on reconnection`,
        async (fact: Fact) => {
          const served = await fact.serve(ending('retry: 10\n\n'), stream('data: x\n\n'))
          const options = { method: 'POST', body: body(), reconnect: RECONNECT_AFTER_END }
          await fact.listenWith(served.url, options).until('message')
          const { requests } = await served.log({ requests: 2 })
          for (const { method, body: sent, headers } of requests) {
            equal(method, 'POST')
            check(what === 'FormData' ? sent.includes(text) : sent === text, `the server got ${JSON.stringify(sent)}`)
            const type = headers['content-type']?.replace(/; ?/, ';').toLowerCase()
            check(
              contentType === undefined || type?.startsWith(contentType) === true,
              `the Content-Type is ${String(type)}`,
            )
          }
        },
      ]),
    ),
    'a POST is never repeated by default': async (fact) => {
      const answers = {
        'a clean end': ending('retry: 10\ndata: x\n\n'),
        'a reset': { steps: [{ write: 'retry: 10\ndata: x\n\n' }, { wait: 50 }, { reset: true as const }] },
        'a 503': refused(503, { 'Retry-After': '0' }),
        'a 204': NO_CONTENT,
        'no answer': { before: 'never' },
      }
      for (const [what, answer] of Object.entries(answers)) {
        const served = await fact.serve(answer)
        let calls = 0
        const recorder = fact.listenWith(served.url, {
          method: 'POST',
          body: 'x',
          connectTimeout: 300,
          reconnectionTime: 10,
          fetch: (url, init) => {
            calls++
            return fetch(url, init)
          },
        })
        await recorder.until('error')
        await sleep(200)
        equal([calls, recorder.source.readyState, recorder.errors.length], [1, 2, 1], `what happened after ${what}`)
        equal(recorder.errors[0]?.willReconnect, false, 'willReconnect')
      }
    },
    'a body function is called for each attempt, with the attempt number, last event ID and failure': async (fact) => {
      const served = await fact.serve(ending('retry: 10\nid: 7\ndata: x\n\n'), refused(503), stream('data: y\n\n'))
      const contexts: unknown[] = []
      await fact
        .listenWith(served.url, {
          method: 'POST',
          body: ({ attempt, lastEventId, failure }) => {
            contexts.push([attempt, lastEventId, failure?.reason, failure?.status])
            return `body ${contexts.length}`
          },
          reconnect: { shouldReconnect: () => true },
        })
        .until('message', 2)
      const { requests } = await served.log({ requests: 3 })
      equal(contexts, [
        [1, '', undefined, undefined],
        [1, '7', 'ended', undefined],
        [2, '7', 'status', 503],
      ])
      equal(
        requests.map(({ body }) => body),
        ['body 1', 'body 2', 'body 3'],
      )
    },
  }),
  ...ourFactsIn(onServer, 35, {
    'if an attempt ends before its body function returns a stream, that stream is canceled': async (fact) => {
      const { url } = await fact.serve(stream())
      const canceled = new Promise<void>((resolve) => {
        const recorder = fact.listenWith(url, {
          method: 'POST',
          body: () => {
            recorder.source.close()
            return new ReadableStream({
              cancel: () => {
                resolve()
              },
            })
          },
        })
      })
      await canceled
    },
    'a ReadableStream body not sent by an aborted attempt is used by the next one, or canceled by close()': async (
      fact,
    ) => {
      const served = await fact.serve(stream('data: x\n\n'))
      for (const again of [true, false]) {
        let isCanceled = false
        const body = new ReadableStream({
          start: (controller) => {
            controller.enqueue(new TextEncoder().encode('streamed'))
            if (again) controller.close()
          },
          cancel: () => {
            isCanceled = true
          },
        })
        let attempts = 0
        const recorder = fact.listenWith(served.url, {
          method: 'POST',
          body,
          connectTimeout: 10_000,
          headers: () => (++attempts === 1 ? new Promise<undefined>(() => undefined) : undefined),
        })
        await sleep(50)
        if (again) {
          recorder.own.reconnect()
          await recorder.until('message')
          equal((await served.log({ requests: 1 })).requests[0]?.body, 'streamed', 'the body')
        } else {
          recorder.source.close()
          await sleep(50)
        }
        equal(isCanceled, !again, 'whether it was canceled')
      }
    },
    'a body function can return a new ReadableStream for each attempt': async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'), stream('data: x\n\n'))
      const body = (): ReadableStream => new Blob(['streamed']).stream()
      await fact.listenWith(served.url, { method: 'POST', body, reconnect: RECONNECT_AFTER_END }).until('message')
      const { requests } = await served.log({ requests: 2 })
      equal(
        requests.map((request) => request.body),
        ['streamed', 'streamed'],
      )
    },
  }),
  ...ourFactsIn(inBrowser, 35, {
    'a ReadableStream body, which browsers send only over HTTP/2 or not at all, fails with an error that says so':
      async (fact) => {
        const { url } = await fact.serve(stream())
        const open = (): Recorder => fact.listenWith(url, { method: 'POST', body: new Blob(['streamed']).stream() })
        if (sendsStreams()) {
          const recorder = open()
          await recorder.until('error')
          check(
            recorder.errors[0]?.message.includes('stream bodies need HTTP/2') === true,
            String(recorder.errors[0]?.message),
          )
        } else {
          const { message } = thrown(open)
          check(message.includes('which fetch cannot send in this runtime'), message)
        }
      },
  }),
]

/** Whether a request can have a stream as its body. Runtimes without support convert the stream to a string. */
function sendsStreams(): boolean {
  const init = { method: 'POST', body: new ReadableStream(), duplex: 'half' }
  return !new Request('http://localhost/', init).headers.has('Content-Type')
}

function form(): FormData {
  const data = new FormData()
  data.append('field', 'value')
  return data
}
