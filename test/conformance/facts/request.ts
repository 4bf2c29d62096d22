/** Requests: facts 7 to 9. */

import { keptAlive, check, ending, equal, redirect, stream } from '../harness.ts'
import { inBrowser, isOurs, type BehaviorFact } from './fact.ts'

const REDIRECTS = [301, 302, 303, 307, 308]

export const request: BehaviorFact[] = [
  {
    number: 7,
    title: 'the first request is a GET that accepts text/event-stream, bypasses caches and has no Last-Event-ID',
    run: async (fact) => {
      const served = await fact.serve(stream(': hello\n'))
      await fact.listen(served.url).until('open')
      const [seen] = (await served.log({ requests: 1 })).requests
      equal(seen?.method, 'GET')
      const { accept, 'cache-control': cacheControl, 'last-event-id': lastEventId } = seen?.headers ?? {}
      equal({ accept, cacheControl, lastEventId }, { accept: 'text/event-stream', cacheControl: 'no-cache' })
    },
  },
  {
    number: 7,
    title: 'the default headers do not trigger a CORS preflight',
    needs: inBrowser,
    run: async (fact) => {
      const served = await fact.serve(stream(': hello\n'))
      await fact.listen(served.at(fact.otherOrigin)).until('open')
      equal((await served.log({ requests: 1 })).preflights, 0, 'the number of preflights')
    },
  },
  {
    number: 7,
    title: 'cookies are sent to the same origin, and to other origins only with withCredentials',
    needs: inBrowser,
    run: async (fact) => {
      const { url } = await fact.serve({ headers: { 'Set-Cookie': 'fact=7; Path=/' }, steps: [{ end: true }] })
      await fetch(url)
      const served = await fact.serve(stream(': hello\n'))
      await fact.listen(served.url).until('open')
      await fact.listen(served.at(fact.otherOrigin)).until('open')
      await fact.listen(served.at(fact.otherOrigin), { withCredentials: true }).until('open')
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ headers }) => headers.cookie),
        ['fact=7', undefined, 'fact=7'],
        'Cookie',
      )
    },
  },
  {
    number: 7,
    title: "a custom fetch receives the standard's request settings and a plain headers object",
    needs: isOurs,
    run: async (fact) => {
      const calls: unknown[] = []
      for (const withCredentials of [false, true]) {
        const fetch = function (this: unknown, url: string, init: RequestInit): Promise<Response> {
          const { method, mode, credentials, cache, redirect, headers, signal } = init
          const plain = Object.getPrototypeOf(headers) === Object.prototype && signal instanceof AbortSignal
          calls.push([this === undefined, url, method, mode, credentials, cache, redirect, plain])
          return Promise.resolve(new Response(null, { status: 204 }))
        }
        await fact.listen(`${fact.otherOrigin}/x`, { fetch, withCredentials }).until('error')
      }
      const expected = (credentials: string): unknown[] => {
        return [true, `${fact.otherOrigin}/x`, 'GET', 'cors', credentials, 'no-store', 'follow', true]
      }
      equal(calls, [expected('same-origin'), expected('include')])
    },
  },
  {
    number: 8,
    title: 'every reconnection sends the last event ID, encoded as UTF-8, in Last-Event-ID',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 10\nid: …é✓🚀\ndata: x\n\n'), ending(': nothing new\n'), stream())
      await fact.listen(served.url).until('open', 3)
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ lastEventId }) => lastEventId),
        [undefined, '…é✓🚀', '…é✓🚀'],
      )
    },
  },
  {
    number: 8,
    title: 'Last-Event-ID is omitted after the server resets the ID',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 10\nid: 1\ndata: x\n\n'), ending('id\n\n'), stream())
      await fact.listen(served.url).until('open', 3)
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ lastEventId }) => lastEventId),
        [undefined, '1', undefined],
      )
    },
  },
  {
    number: 8,
    title: 'an ID that a header cannot carry is omitted, and the source still reconnects',
    run: async (fact) => {
      const served = await fact.serve(ending('retry: 10\nid: a\u0001b\u007f\ndata: x\n\n'), stream('data: y\n\n'))
      const recorder = fact.listen(served.url)
      await recorder.until('message', 2)
      equal(
        recorder.messages.map(({ lastEventId }) => lastEventId),
        ['a\u0001b\u007f', 'a\u0001b\u007f'],
      )
      equal((await served.log({ requests: 2 })).requests[1]?.lastEventId, undefined, 'Last-Event-ID')
    },
  },
  {
    number: 9,
    title: 'redirects with 301, 302, 303, 307 and 308 are followed, even to another origin',
    run: async (fact) => {
      const target = await fact.serve(keptAlive('data: x\n\n'))
      for (const status of REDIRECTS) {
        const served = await fact.serve(redirect(target.at(fact.otherOrigin), status))
        const recorder = fact.listen(served.url)
        await recorder.until('message')
        equal(recorder.summary, ['open', 'message: x'], `the events after a ${status}`)
        equal((recorder.messages[0]?.event as MessageEvent).origin, fact.otherOrigin, 'origin')
        recorder.source.close()
      }
    },
  },
  {
    number: 9,
    title: 'every reconnection requests the original URL, even after more than 20 redirected attempts',
    run: async (fact) => {
      const rounds = 24
      const target = await fact.serve(ending('retry: 1\ndata: x\n\n'))
      const served = await fact.serve(redirect(target.url, 301))
      const recorder = fact.listen(served.url)
      await recorder.until('message', rounds)
      recorder.source.close()
      const { requests } = await served.log({ requests: rounds })
      equal(requests.length, rounds, 'the number of requests to the original URL')
    },
  },
  {
    number: 9,
    title: 'a redirect loop or an invalid redirect URL is a network error',
    run: async (fact) => {
      const loop = await fact.serve({ status: 302, headers: { Location: '?again' }, steps: [{ end: true }] })
      const broken = await fact.serve(redirect('http://[', 302))
      for (const { url } of [loop, broken]) {
        const recorder = fact.listen(url)
        await recorder.until('error')
        equal(recorder.summary, ['error 0'], url)
        check(recorder.source.readyState === 0, 'it gave up')
      }
    },
  },
  {
    number: 9,
    title: 'a redirect to a non-HTTP scheme is a network error',
    run: async (fact) => {
      const served = await fact.serve(redirect('ftp://127.0.0.1/', 302))
      const recorder = fact.listen(served.url)
      await recorder.until('error')
      equal(recorder.summary, ['error 0'])
    },
  },
  {
    number: 9,
    title: 'a redirect status without a Location header is refused like any other non-200 status',
    run: async (fact) => {
      for (const status of REDIRECTS) {
        const served = await fact.serve({ status, headers: { 'Content-Type': null }, steps: [{ end: true }] })
        const recorder = fact.listen(served.url)
        await recorder.until('error')
        equal(recorder.summary, ['error 2'], `the events after a ${status}`)
      }
    },
  },
]
