/** Errors and the details of events: facts 45 and 46. */

import {
  check,
  ending,
  equal,
  refused,
  rejection,
  sleep,
  closeLimit,
  stream,
  type Fact,
  type Stream,
} from '../harness.ts'
import { allRepresentations } from '../inspection.ts'
import { ourFacts, ourFactsIn, onServer, type BehaviorFact } from './fact.ts'

const JSON_ERROR = '{"error":{"message":"expired ✓"}}'
const KIB_64 = 64 * 1024

/** Keeps the source open, so that close() doesn't end the connection. */
const IN_A_MINUTE = { shouldReconnect: () => 60_000 }

export const errors: BehaviorFact[] = [
  ...ourFacts(45, {
    "the error event for a refused response has the response's status, headers and body": async (fact) => {
      const served = await fact.serve(
        refused(401, { 'X-Reason': 'expired', 'Content-Type': 'application/json' }, JSON_ERROR),
      )
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('error')
      const [event] = recorder.errors
      const { reason, status, headers, body, bodyTruncated, url, attempt } = event?.error ?? {}
      equal([reason, status, headers?.get('x-reason'), attempt], ['status', 401, 'expired', 1])
      equal([body, bodyTruncated], [JSON_ERROR, false], 'the body')
      equal(url, served.url, 'the URL')
      equal([event?.status, event?.code, event?.willReconnect, event?.delay], [401, 401, false, undefined])
      equal(event?.message, event?.error.message, 'the message')
    },
    'the error event for a 200 response with the wrong Content-Type has the body': async (fact) => {
      const served = await fact.serve({ ...refused(200, {}, '<p>Log in'), headers: { 'Content-Type': 'text/html' } })
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('error')
      const { reason, status, body } = recorder.errors[0]?.error ?? {}
      equal([reason, status, body], ['content-type', 200, '<p>Log in'])
    },
    'only the first 64 KiB of a long error body are read, then the connection is closed': async (fact) => {
      const served = await fact.serve({ status: 500, steps: [{ repeat: 'é', bytes: 8 * 2 ** 20 }] })
      const recorder = fact.listenWith(served.url, { reconnect: IN_A_MINUTE })
      await recorder.until('error')
      const { body } = recorder.errors[0]?.error ?? {}
      check(body === 'é'.repeat(KIB_64 / 2), `the body has ${String(body?.length)} characters`)
      equal(recorder.errors[0]?.error.bodyTruncated, true, 'bodyTruncated')
      await isClosedSoon(fact, served)
    },
    'an endless error body is read for 250 ms, then the connection is closed': async (fact) => {
      const served = await fact.serve({ status: 500, steps: [{ write: 'because' }] })
      const recorder = fact.listenWith(served.url, { reconnect: IN_A_MINUTE })
      await recorder.until('error')
      const { body, bodyTruncated } = recorder.errors[0]?.error ?? {}
      equal([body, bodyTruncated], ['because', true], 'the body')
      await isClosedSoon(fact, served)
    },
    'onRefused can read an error body of any size and speed, and the error event waits for it': async (fact) => {
      const half = 'x'.repeat(KIB_64)
      const served = await fact.serve({
        status: 500,
        steps: [{ write: half }, { wait: 500 }, { write: half }, { end: true }],
      })
      let text = ''
      const recorder = fact.listenWith(served.url, {
        onRefused: async (response) => {
          equal([response.status, recorder.summary], [500, []])
          text = await response.text()
        },
      })
      await recorder.until('error')
      equal([text.length, recorder.summary], [2 * KIB_64, ['error 2']])
      const { body, bodyTruncated, status } = recorder.errors[0]?.error ?? {}
      equal([body ?? null, bodyTruncated, status], [null, false, 500])
    },
    'the error still has a body that onRefused does not read; an exception in onRefused becomes the cause': async (
      fact,
    ) => {
      const served = await fact.serve(refused(500, {}, 'because'))
      const mine = new RangeError('mine')
      const reasons: unknown[] = []
      for (const onRefused of [() => undefined, () => Promise.reject(mine)]) {
        const recorder = fact.listenWith(served.url, { onRefused })
        await recorder.until('error')
        const { body, cause, reason, status } = recorder.errors[0]?.error ?? {}
        reasons.push([body ?? null, cause === mine, reason, status])
      }
      equal(reasons, [
        ['because', false, 'status', 500],
        [null, true, 'status', 500],
      ])
    },
    'close() while onRefused reads aborts the read and fires nothing': async (fact) => {
      const served = await fact.serve({ status: 500, steps: [{ write: 'because' }] })
      let begin: () => void = () => undefined
      const hasBegun = new Promise<void>((resolve) => (begin = resolve))
      let read: Promise<string> | undefined
      const recorder = fact.listenWith(served.url, {
        onRefused: async (response) => {
          read = response.text()
          begin()
          await read
        },
      })
      await hasBegun
      recorder.source.close()
      await rejection(read ?? Promise.resolve())
      await served.log({ closed: 1 })
      equal(recorder.summary, [])
    },
    'an empty error body is an empty string': async (fact) => {
      const served = await fact.serve({ status: 204, headers: { 'Content-Type': null }, steps: [{ end: true }] })
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('error')
      equal(recorder.errors[0]?.error.body, '', 'the body')
    },
    'close() while an error body is being read fires nothing': async (fact) => {
      for (;;) {
        const served = await fact.serve({ status: 500, steps: [{ write: 'because' }] })
        const recorder = fact.listenWith(served.url, {})
        await served.log({ requests: 1 })
        await sleep(50)
        // On a busy machine, the time limit for the body may be over by now.
        if (recorder.summary.length > 0) continue
        recorder.source.close()
        await served.log({ closed: 1 })
        await sleep(400)
        equal(recorder.summary, [])
        return
      }
    },
    'the error event for a lost connection has no status and announces the delay until the next attempt': async (
      fact,
    ) => {
      const served = await fact.serve(ending('retry: 150\ndata: x\n\n'), stream())
      const recorder = fact.listenWith(served.url, { reconnect: { jitter: 0 } })
      await recorder.until('open', 2)
      const [event] = recorder.errors
      const { reason, status, headers, body } = event?.error ?? {}
      equal([reason, status, headers, body], ['ended', undefined, undefined, undefined])
      equal([event?.willReconnect, event?.delay, event?.status], [true, 150, undefined])
    },
    'the open event has the response with its status and headers': async (fact) => {
      const headers = { 'Content-Type': 'text/event-stream', 'X-Reason': 'good' }
      const served = await fact.serve({ ...stream('data: x\n\n'), headers })
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('message')
      const { response } = recorder.events[0]?.event as Event & { response: Response }
      equal([response.status, response.headers.get('x-reason'), response.bodyUsed], [200, 'good', true])
    },
  }),

  ...ourFacts(46, {
    'errors never reveal headers, the password or the query, however they are inspected': async (fact) => {
      // Joined at run time, because Bun prints source lines in errors.
      const mark = ['hid', 'den'].join('')
      const query = `?token=${mark}-query`
      const headers = { Authorization: `Bearer ${mark}-token`, 'X-Key': `${mark}-key` }
      const refusing = await fact.serve(refused(401, { 'Set-Cookie': `sid=${mark}-cookie` }, `${mark}-body`))
      const failing = fact.listenWith(`http://user:${mark}-password@127.0.0.1:2/path${query}`, { headers })
      const refusal = fact.listenWith(refusing.url + query, { headers })
      const revealing = fact.listenWith(`${fact.otherOrigin}/${query}`, {
        headers,
        fetch: (url, init) => Promise.reject(new TypeError(`cannot fetch ${url} with ${JSON.stringify(init.headers)}`)),
      })
      const throwing = fact.listenWith(`${fact.otherOrigin}/${query}`, {
        headers: () => {
          throw new Error(`cannot sign ${fact.otherOrigin}/${query}`)
        },
      })
      const building = fact.listenWith(`${fact.otherOrigin}/${query}`, {
        headers,
        method: 'POST',
        body: () => {
          throw new Error(`cannot sign with Bearer ${mark}-token and ${mark}-key`)
        },
      })
      for (const recorder of [failing, refusal, revealing, throwing, building]) {
        await recorder.until('error')
        const [event] = recorder.errors
        check(event !== undefined, 'the error event is missing')
        for (const text of [...allRepresentations(event.error), event.message]) {
          check(!text.includes(mark), `the error reveals ${text}`)
        }
        check(event.error.message.length > 40, 'the message is too short')
      }
    },
  }),
  ...ourFactsIn(onServer, 46, {
    'errors have the system error code, if the runtime provides one': async (fact) => {
      const recorder = fact.listenWith('http://127.0.0.1:2/', {})
      await recorder.until('error')
      const { code, message } = recorder.errors[0]?.error ?? {}
      // Deno's fetch has the code only in its message.
      const known = fact.env.runtime === 'deno' ? undefined : /^ECONNREFUSED$|^ConnectionRefused$/.exec(code ?? '')?.[0]
      equal(code, known, 'the code')
      equal(message?.endsWith(known === undefined ? 'could not be reached' : `(${known})`), true, message)
    },
  }),
]

/** Checks that the client closes the connection, not the garbage collector. */
async function isClosedSoon({ env }: Fact, served: Stream): Promise<void> {
  await served.within(closeLimit(env), { closed: 1 })
}
