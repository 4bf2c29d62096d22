/** Resuming, redirects and other request options: facts 38 to 41. */

import { RECONNECT_AFTER_END, keptAlive, ending, equal, redirect, sleep, stream } from '../harness.ts'
import { countUncaught } from '../uncaught-errors.ts'
import { fetchEventSource } from '../under-test.ts'
import { inBrowser, ourFacts, ourFactsIn, onServer, type BehaviorFact } from './fact.ts'

/** Headers set by the caller that must not be sent to another origin. */
const CREDENTIALS = { Authorization: 'Bearer caller', Cookie: 'session=caller', 'Proxy-Authorization': 'Basic caller' }

export const resumption: BehaviorFact[] = [
  ...ourFacts(38, {
    'resume can continue a POST stream with a GET and Last-Event-ID': async (fact) => {
      const served = await fact.serve(ending('retry: 10\nid: 1\ndata: x\n\n'), ending('id: 2\ndata: y\n\n'), stream())
      const contexts: unknown[] = []
      const recorder = fact.listenWith(served.url, {
        method: 'POST',
        body: '{}',
        headers: { 'Content-Type': 'application/json', 'X-Session': 's' },
        resume: ({ attempt, lastEventId, failure }) => {
          contexts.push([attempt, lastEventId, failure?.reason])
          return { method: 'GET' }
        },
      })
      await recorder.until('open', 3)
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ method, headers, lastEventId, body }) => [
          method,
          headers['content-type'],
          headers['x-session'],
          lastEventId,
          body,
        ]),
        [
          ['POST', 'application/json', 's', undefined, '{}'],
          ['GET', undefined, 's', '1', ''],
          ['GET', undefined, 's', '2', ''],
        ],
      )
      equal(contexts, [
        [1, '1', 'ended'],
        [1, '2', 'ended'],
      ])
    },
    'resume replaces the URL, method and body, and merges the headers': async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'), stream('data: x\n\n'))
      const recorder = fact.listenWith(served.url, {
        headers: { 'X-A': '1', 'X-B': '1' },
        resume: () => Promise.resolve({ url: '?resumed', method: 'PUT', headers: { 'x-b': '2' }, body: 'again' }),
      })
      await recorder.until('message')
      const { requests } = await served.log({ requests: 2 })
      const { method, path, headers, body } = requests[1] ?? {}
      equal(
        [method, path?.endsWith('?resumed'), headers?.['x-a'], headers?.['x-b'], body],
        ['PUT', true, '1', '2', 'again'],
      )
      equal(recorder.source.url, served.url, 'url')
    },
    'resume does not apply until the first request has been sent': async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'), stream('data: x\n\n'))
      let calls = 0
      await fact
        .listenWith(served.url, {
          method: 'POST',
          headers: () => (++calls === 1 ? Promise.reject(new Error('no token yet')) : {}),
          reconnectionTime: 10,
          resume: () => ({ method: 'GET' }),
        })
        .until('message')
      const { requests } = await served.log({ requests: 2 })
      equal(
        requests.map(({ method }) => method),
        ['POST', 'GET'],
      )
    },
    'body: null from resume sends no body; undefined from resume repeats the original request': async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'), ending(': again\n'), stream('data: x\n\n'))
      let reconnections = 0
      await fact
        .listenWith(served.url, {
          method: 'POST',
          body: 'once',
          resume: () => (++reconnections === 1 ? { body: null } : undefined),
        })
        .until('message')
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ method, body }) => [method, body]),
        [
          ['POST', 'once'],
          ['POST', ''],
          ['POST', 'once'],
        ],
      )
    },
  }),

  ...ourFacts(39, {
    "redirect: 'error' fails on any redirect": async (fact) => {
      const target = await fact.serve(stream())
      const served = await fact.serve(redirect(target.url))
      const recorder = fact.listenWith(served.url, { redirect: 'error' })
      await recorder.until('error')
      equal([recorder.summary, recorder.errors[0]?.error.reason], [['error 2'], 'redirect'])
      equal((await target.log()).requests.length, 0, 'the number of requests to the target')
    },
    "redirect: 'same-origin' sends nothing to another origin": async (fact) => {
      const target = await fact.serve(stream())
      const served = await fact.serve(ending('retry: 10\ndata: x\n\n'), redirect(target.at(fact.otherOrigin), 307))
      const recorder = fact.listenWith(served.url, {
        method: 'POST',
        body: 'secret',
        headers: { 'X-Key': 'secret' },
        redirect: 'same-origin',
        reconnect: RECONNECT_AFTER_END,
      })
      await recorder.until('error', 2)
      equal(recorder.summary, ['open', 'message: x', 'error 0', 'error 2'])
      equal(recorder.errors[1]?.error.reason, 'redirect', 'the reason')
      const { requests, preflights } = await target.log()
      equal([requests.length, preflights], [0, 0], 'the number of requests to the target')
    },
  }),
  ...ourFactsIn(onServer, 39, {
    "redirect: 'same-origin' follows redirects within the origin like fetch": async (fact) => {
      const methods = { 301: 'GET', 302: 'GET', 303: 'GET', 307: 'POST', 308: 'POST' }
      for (const [status, method] of Object.entries(methods)) {
        const target = await fact.serve(keptAlive('data: x\n\n'))
        const served = await fact.serve(redirect(new URL(target.url).pathname, Number(status)))
        const headers = { 'Content-Type': 'application/json', 'X-Key': 'k' }
        const recorder = fact.listenWith(served.url, { method: 'POST', body: '{}', headers, redirect: 'same-origin' })
        await recorder.until('message')
        const [seen] = (await target.log({ requests: 1 })).requests
        const kept = method === 'POST'
        equal(
          [seen?.method, seen?.body, seen?.headers['content-type'], seen?.headers['x-key']],
          [method, kept ? '{}' : '', kept ? 'application/json' : undefined, 'k'],
          `the request after a ${status}`,
        )
        equal((recorder.messages[0]?.event as MessageEvent).origin, target.origin, 'origin')
        recorder.source.close()
      }
    },
    'the error for a refused redirect has its status and names the target without the query': async (fact) => {
      const served = await fact.serve(redirect(`${fact.otherOrigin}/there?token=secret`))
      const recorder = fact.listenWith(served.url, { redirect: 'same-origin' })
      await recorder.until('error')
      const { status, message } = recorder.errors[0]?.error ?? {}
      equal([status, message?.includes(`${fact.otherOrigin}/there,`), message?.includes('secret')], [302, true, false])
    },
    'a redirect to another origin drops Authorization, Cookie and Proxy-Authorization and keeps other headers': async (
      fact,
    ) => {
      const target = await fact.serve(ending('retry: 10\ndata: x\n\n'))
      const served = await fact.serve(redirect(target.at(fact.otherOrigin)))
      const headers = { ...CREDENTIALS, 'X-Key': 'k' }
      await fact.listenWith(served.url, { headers }).until('message', 2)
      const names = ['authorization', 'cookie', 'proxy-authorization', 'x-key']
      const sent = async ({ log }: { log: typeof served.log }): Promise<unknown> => {
        const { requests } = await log({ requests: 2 })
        return requests.slice(0, 2).map((request) => names.map((name) => request.headers[name]))
      }
      const all = [...Object.values(CREDENTIALS), 'k']
      const none = [undefined, undefined, undefined, 'k']
      equal(await sent({ log: (options) => served.log(options) }), [all, all], 'the headers at the first origin')
      equal(await sent({ log: (options) => target.log(options) }), [none, none], 'the headers at the other origin')
    },
    "a redirect to another origin drops the URL's credentials": async (fact) => {
      const target = await fact.serve(ending('retry: 10\ndata: x\n\n'))
      const served = await fact.serve(redirect(target.at(fact.otherOrigin)))
      await fact.listenWith(served.url.replace('://', '://user:password@'), {}).until('message', 2)
      const { requests } = await target.log({ requests: 2 })
      equal(
        requests.slice(0, 2).map(({ headers }) => headers.authorization),
        [undefined, undefined],
      )
    },
  }),
  ...ourFactsIn(onServer, 39, {
    'a request with Authorization follows redirects like fetch and keeps the header within the origin': async (
      fact,
    ) => {
      for (const status of [301, 302, 303, 307, 308]) {
        for (const origin of [fact.env.origins[0] ?? '', fact.otherOrigin]) {
          const target = await fact.serve(keptAlive('data: x\n\n'))
          const served = await fact.serve(redirect(target.at(origin), status))
          const headers = { 'Content-Type': 'application/json', Authorization: 'Bearer caller' }
          const recorder = fact.listenWith(served.url, { method: 'POST', body: '{}', headers })
          await recorder.until('message')
          const [seen] = (await target.log({ requests: 1 })).requests
          const kept = status > 303
          equal(
            [seen?.method, seen?.body, seen?.headers['content-type'], seen?.headers.authorization],
            [
              kept ? 'POST' : 'GET',
              kept ? '{}' : '',
              kept ? 'application/json' : undefined,
              origin === served.origin ? 'Bearer caller' : undefined,
            ],
            `the request after a ${status} to ${origin}`,
          )
          equal((recorder.messages[0]?.event as MessageEvent).origin, origin, 'origin')
          recorder.source.close()
        }
      }
      const loop = await fact.serve(redirect('?again'))
      const recorder = fact.listenWith(loop.url, { headers: CREDENTIALS })
      await recorder.until('error')
      equal(recorder.summary, ['error 0'], 'the events of a redirect loop')
    },
    'a Location header in raw UTF-8 is followed correctly': async (fact) => {
      const target = await fact.serve(stream('data: x\n\n'))
      // Node's server writes the header as UTF-8.
      const served = await fact.serve(redirect(`${new URL(target.url).pathname}?q=é%`))
      await fact.listenWith(served.url, { headers: CREDENTIALS, redirect: 'same-origin' }).until('message')
      const [seen] = (await target.log({ requests: 1 })).requests
      equal(seen?.path.split('?')[1], 'q=%C3%A9%', 'the query')
    },
    'fetchEventSource() with a Request drops credentials on a redirect to another origin and keeps the body': async (
      fact,
    ) => {
      const target = await fact.serve(ending('data: x\n\n'))
      const served = await fact.serve(redirect(target.at(fact.otherOrigin), 307))
      for (const body of [undefined, '{}']) {
        const request = new Request(served.url, body === undefined ? {} : { method: 'POST', body })
        await fetchEventSource(request, { headers: { ...CREDENTIALS, 'X-Key': 'k' } })
      }
      const { requests } = await target.log({ requests: 2 })
      equal(
        requests.map(({ method, body, headers }) => [
          method,
          body,
          headers.authorization,
          headers.cookie,
          headers['x-key'],
        ]),
        [
          ['GET', '', undefined, undefined, 'k'],
          ['POST', '{}', undefined, undefined, 'k'],
        ],
      )
    },
    'fetchEventSource() with a URL drops credentials on a redirect to another origin': async (fact) => {
      const target = await fact.serve(ending('data: x\n\n'))
      const served = await fact.serve(redirect(target.at(fact.otherOrigin), 307))
      const messages: unknown[] = []
      await fetchEventSource(served.url, {
        method: 'post',
        body: '{}',
        headers: { ...CREDENTIALS, 'X-Key': 'k' },
        onmessage: ({ data }) => messages.push(data),
      })
      const [request] = (await target.log({ requests: 1 })).requests
      const { authorization, cookie, 'proxy-authorization': proxy, 'x-key': key } = request?.headers ?? {}
      equal([messages, request?.method, request?.body], [['x'], 'POST', '{}'])
      equal([authorization, cookie, proxy, key], [undefined, undefined, undefined, 'k'], 'the headers')
    },
  }),
  ...ourFactsIn(inBrowser, 39, {
    'browsers drop Authorization on a redirect to another origin': async (fact) => {
      const target = await fact.serve(ending('retry: 10\ndata: x\n\n'))
      const served = await fact.serve(redirect(target.at(fact.otherOrigin)))
      await fact.listenWith(served.url, { headers: { Authorization: 'Bearer caller' } }).until('message', 2)
      const { requests } = await target.log({ requests: 2 })
      equal(
        requests.slice(0, 2).map(({ headers }) => headers.authorization),
        [undefined, undefined],
      )
    },
    "redirect: 'same-origin' refuses every redirect in browsers, which hide the target, and says so": async (fact) => {
      const target = await fact.serve(stream())
      const served = await fact.serve(redirect(target.url))
      const recorder = fact.listenWith(served.url, { redirect: 'same-origin' })
      await recorder.until('error')
      const { reason, message } = recorder.errors[0]?.error ?? {}
      equal(
        [recorder.summary, reason, message?.includes('The browser hides the target')],
        [['error 2'], 'redirect', true],
      )
    },
  }),

  ...ourFacts(40, {
    "fetchOptions are passed to fetch along with the standard's settings": async (fact) => {
      const calls: unknown[] = []
      const recorder = fact.listenWith(`${fact.otherOrigin}/x`, {
        fetchOptions: { keepalive: true, own: 'thing', cache: 'reload' },
        fetch: (_url, init) => {
          const { keepalive, own, cache, method, mode } = init as unknown as Record<string, unknown>
          calls.push([keepalive, own, cache, method, mode])
          return Promise.resolve(new Response(null, { status: 204 }))
        },
      })
      await recorder.until('error')
      equal(calls, [[true, 'thing', 'reload', 'GET', 'cors']])
    },
    'onComment receives each comment in order with the messages': async (fact) => {
      const served = await fact.serve(stream(': one\ndata: x\n\n:two\n: three\n', ': \ndata: y\n\n'))
      const order: string[] = []
      const recorder = fact.listenWith(served.url, {
        onComment: (comment) => order.push(comment),
      })
      recorder.source.addEventListener('message', ({ data }) => order.push(`message ${String(data)}`))
      await recorder.until('message', 2)
      equal(order, ['one', 'message x', 'two', 'three', '', 'message y'])
    },
    'an exception in onComment is reported like one in a listener and does not stop the stream': async (fact) => {
      const reported = countUncaught('thrown by onComment')
      const served = await fact.serve(stream(': one\ndata: x\n\n: two\ndata: y\n\n'))
      const onComment = (): never => {
        throw new Error('thrown by onComment')
      }
      const recorder = fact.listenWith(served.url, { onComment })
      await recorder.until('message', 2)
      equal(recorder.summary, ['open', 'message: x', 'message: y'])
      await reported.until(2)
    },
  }),
  ...ourFacts(41, {
    'aborting the signal closes the source without firing an event': async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const controller = new AbortController()
      const recorder = fact.listenWith(served.url, { signal: controller.signal })
      await recorder.until('message')
      controller.abort()
      equal(recorder.source.readyState, 2, 'readyState')
      await served.log({ closed: 1 })
      equal(recorder.summary, ['open', 'message: x'])
    },
    'aborting the signal in a listener stops the next message': async (fact) => {
      const served = await fact.serve(stream('data: 1\n\ndata: 2\n\n'))
      const controller = new AbortController()
      const recorder = fact.listenWith(served.url, { signal: controller.signal })
      recorder.source.addEventListener('message', () => {
        controller.abort()
      })
      await served.log({ closed: 1 })
      await sleep(50)
      equal(recorder.summary, ['open', 'message: 1'])
    },
    'a source with an already aborted signal is CLOSED immediately and sends nothing': async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const recorder = fact.listenWith(served.url, { signal: AbortSignal.abort() })
      equal(recorder.source.readyState, 2, 'readyState')
      await sleep(200)
      equal([recorder.summary, (await served.log()).requests.length], [[], 0])
    },
  }),
]
