/** `reconnect()` and the online event: facts 47 and 48. */

import type { FetchLike } from '../../../src/index.ts'
import { ending, equal, refused, sleep, stream } from '../harness.ts'
import { inBrowser, ourFacts, ourFactsIn, type BehaviorFact } from './fact.ts'

export const reconnectMethod: BehaviorFact[] = [
  ...ourFacts(47, {
    'reconnect() replaces an open connection immediately, without an error event': async (fact) => {
      const served = await fact.serve(stream('id: 1\ndata: x\n\n'), stream('data: y\n\n'))
      const recorder = fact.listenWith(served.url, { reconnectionTime: 60_000 })
      await recorder.until('message')
      recorder.own.reconnect()
      equal(recorder.source.readyState, 0, 'readyState')
      await recorder.until('message', 2)
      equal(recorder.summary, ['open', 'message: x', 'open', 'message: y'])
      const { requests } = await served.log({ closed: 1 })
      equal([requests[0]?.endedAt === null, requests[1]?.lastEventId], [false, '1'])
    },
    'reconnect() while waiting connects immediately and cancels the pending wait': async (fact) => {
      const served = await fact.serve(ending('retry: 400\n\n'), stream('data: y\n\n'))
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('error')
      recorder.own.reconnect()
      await recorder.until('message')
      await sleep(600)
      equal(recorder.summary, ['open', 'error 0', 'open', 'message: y'])
      equal((await served.log()).requests.length, 2, 'the number of requests')
    },
    'reconnect() in an error listener connects only once': async (fact) => {
      const served = await fact.serve(ending('retry: 100\n\n'), stream('data: y\n\n'))
      const recorder = fact.listenWith(served.url, {})
      recorder.source.addEventListener('error', () => {
        recorder.own.reconnect()
      })
      await recorder.until('message')
      await sleep(400)
      equal(recorder.summary, ['open', 'error 0', 'open', 'message: y'])
      equal((await served.log()).requests.length, 2, 'the number of requests')
    },
    'reconnect() in a message listener discards the rest of the chunk and sends the ID of that message': async (
      fact,
    ) => {
      const served = await fact.serve(
        stream('id: 1\ndata: 1\n\nid: 2\ndata: 2\n\nid: 3\ndata: 3\n\n'),
        stream('data: y\n\n'),
      )
      const recorder = fact.listenWith(served.url, {})
      recorder.source.addEventListener(
        'message',
        () => {
          recorder.own.reconnect()
        },
        { once: true },
      )
      await recorder.until('message', 2)
      equal(recorder.summary, ['open', 'message: 1', 'open', 'message: y'])
      equal((await served.log()).requests[1]?.lastEventId, '1', 'Last-Event-ID')
    },
    'reconnect() does nothing after close() or a permanent failure': async (fact) => {
      // Counts calls of fetch: Deno and Bun still send a request that is aborted right away, so the server would see it.
      let calls = 0
      const counting: FetchLike = (url, init) => {
        calls++
        return fetch(url, init)
      }
      const served = await fact.serve(refused(500))
      const closed = fact.listenWith(served.url, { fetch: counting })
      closed.source.close()
      const before = calls
      closed.own.reconnect()
      await sleep(200)
      equal(calls, before, 'the number of requests after close()')
      const failed = fact.listenWith(served.url, { fetch: counting })
      await failed.until('error')
      failed.own.reconnect()
      await sleep(200)
      equal(
        [closed.summary, failed.summary, closed.source.readyState, failed.source.readyState],
        [[], ['error 2'], 2, 2],
      )
      equal(calls, before + 1, 'the number of requests after a failure')
    },
    'Symbol.dispose closes the source, where the runtime supports it': async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('message')
      if ('dispose' in Symbol) recorder.own[Symbol.dispose]()
      else recorder.source.close()
      equal(recorder.source.readyState, 2, 'readyState')
      await served.log({ closed: 1 })
    },
  }),

  // The online event reaches every source in the page, so these facts run alone.
  ...ourFactsIn(inBrowser, 48, {
    'the online event ends the wait and reconnects': async (fact) => {
      const served = await fact.serve(ending('retry: 60000\n\n'), stream('data: x\n\n'))
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('error')
      // The wait starts after the error listeners.
      await sleep(50)
      dispatchEvent(new Event('online'))
      await recorder.until('message')
      dispatchEvent(new Event('online'))
      await sleep(100)
      equal((await served.log()).requests.length, 2, 'the number of requests')
    },
    'the online event does not shorten a wait set by Retry-After': async (fact) => {
      const served = await fact.serve(refused(503, { 'Retry-After': '60' }))
      const recorder = fact.listenWith(served.url, { reconnect: { shouldReconnect: () => true } })
      await recorder.until('error')
      await sleep(50)
      dispatchEvent(new Event('online'))
      await sleep(200)
      equal((await served.log()).requests.length, 1, 'the number of requests')
      equal(recorder.errors[0]?.delay, 60_000, 'delay')
    },
    'the online event does not reopen a source that was closed while waiting': async (fact) => {
      const served = await fact.serve(ending('retry: 60000\n\n'))
      const recorder = fact.listenWith(served.url, {})
      await recorder.until('error')
      await sleep(50)
      recorder.source.close()
      dispatchEvent(new Event('online'))
      await sleep(200)
      equal((await served.log()).requests.length, 1, 'the number of requests')
    },
  }).map((fact): BehaviorFact => ({ ...fact, alone: true })),
]
