/** Headers and the last event ID: facts 36 and 37. */

import type { EventSourceInit } from '../../../src/index.ts'
import type { LoggedRequest } from '../../server/program.ts'
import { check, ending, equal, refused, sleep, stream, thrown } from '../harness.ts'
import { inBrowser, ourFacts, ourFactsIn, requestOf, onServer, type BehaviorFact } from './fact.ts'

export const headers: BehaviorFact[] = [
  ...ourFacts(36, {
    'headers may be an object, pairs, a Headers object or a function': async (fact) => {
      const kinds: EventSourceInit['headers'][] = [
        { 'X-Own': 'a', 'X-Absent': undefined },
        [
          ['X-Own', 'a'],
          ['X-Other', 'b'],
        ],
        new Headers({ 'X-Own': 'a' }),
        () => ({ 'X-Own': 'a' }),
        () => Promise.resolve(new Headers({ 'X-Own': 'a' })),
      ]
      for (const headers of kinds) {
        const seen = await requestOf(fact, { headers })
        equal([seen.headers['x-own'], seen.headers['x-absent']], ['a', undefined], 'the header')
      }
    },
    'custom headers override the defaults': async (fact) => {
      const headers = { accept: 'text/event-stream, application/json', 'CACHE-CONTROL': 'max-age=0' }
      const seen = await requestOf(fact, { headers })
      equal([seen.headers.accept, seen.headers['cache-control']], Object.values(headers))
    },
    'a headers function is called for each attempt, so it can replace an expired token': async (fact) => {
      const served = await fact.serve(
        ending('retry: 10\nid: 1\ndata: x\n\n'),
        refused(401, {}, '{"error":"expired"}'),
        stream('data: y\n\n'),
      )
      let token = 1
      const recorder = fact.listenWith(served.url, {
        headers: async ({ failure }) => {
          if (failure?.status === 401) await sleep(10)
          if (failure?.status === 401) token++
          return { Authorization: `Bearer ${token}` }
        },
        reconnect: { shouldReconnect: ({ status }) => (status === 401 ? true : undefined) },
      })
      await recorder.until('message', 2)
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ headers, lastEventId }) => [headers.authorization, lastEventId]),
        [
          ['Bearer 1', undefined],
          ['Bearer 1', '1'],
          ['Bearer 2', '1'],
        ],
      )
      equal(recorder.summary, ['open', 'message: x', 'error 0', 'error 0', 'open', 'message: y'])
    },
    'a headers function that throws or rejects fails the attempt with reason request and its error as the cause':
      async (fact) => {
        const served = await fact.serve(stream('data: x\n\n'))
        const error = new RangeError('no token available')
        let calls = 0
        const recorder = fact.listenWith(served.url, {
          headers: () => {
            calls++
            if (calls === 1) throw error
            return calls === 2 ? Promise.reject(error) : {}
          },
          reconnectionTime: 10,
        })
        await recorder.until('message')
        equal(recorder.summary, ['error 0', 'error 0', 'open', 'message: x'])
        for (const { error: failure } of recorder.errors) {
          equal([failure.reason, failure.message.includes('"headers"')], ['request', true])
          check(failure.cause === error, 'the cause is not the error that was thrown')
        }
        equal((await served.log()).requests.length, 1, 'the number of requests')
      },
    'a body function that rejects fails a POST permanently': async (fact) => {
      const recorder = fact.listenWith(fact.otherOrigin, {
        method: 'POST',
        body: () => Promise.reject(new Error('no body')),
        reconnectionTime: 10,
      })
      await recorder.until('error')
      equal([recorder.summary, recorder.errors[0]?.error.reason], [['error 2'], 'request'])
    },
    'a headers function is called after the constructor has returned': async (fact) => {
      const served = await fact.serve(stream('data: x\n\n'))
      const order: string[] = []
      const headers = (): object => {
        order.push('headers')
        return {}
      }
      const recorder = fact.listen(served.url, { headers })
      order.push('constructed')
      await recorder.until('message')
      equal(order, ['constructed', 'headers'])
    },
    'values returned by headers and body functions are validated like the options': async (fact) => {
      const wrong = [{ headers: () => ({ 'X Y': 'z' }) }, { headers: () => 5 }, { method: 'POST', body: () => ({}) }]
      for (const options of wrong) {
        const recorder = fact.listen(fact.otherOrigin, { ...options, reconnect: false })
        await recorder.until('error')
        const { reason, cause } = recorder.errors[0]?.error ?? {}
        equal([reason, cause instanceof TypeError], ['request', true], 'reason and cause')
      }
    },
  }),
  ...ourFactsIn(inBrowser, 36, {
    'a header that browsers drop throws a TypeError': (fact) => {
      for (const name of ['Cookie', 'Host', 'Proxy-Authorization']) {
        try {
          fact.open(fact.otherOrigin, { headers: { [name]: 'x' } })
        } catch (error) {
          check(error instanceof TypeError && error.message.includes(`"${name}"`), String(error))
          continue
        }
        check(false, `${name} was accepted`)
      }
    },
  }),

  ...ourFactsIn(onServer, 36, {
    'a Host header is sent if the runtime supports it, and throws a TypeError otherwise': async (fact) => {
      const { origin } = await fact.serve(stream())
      const connect = (): Promise<LoggedRequest> => requestOf(fact, { headers: { Host: 'a.test' } })
      if (fact.env.runtime === 'bun') equal((await connect()).host, 'a.test', 'Host')
      else check(thrown(() => fact.listenWith(origin, { headers: { Host: 'a.test' } })).message.includes('"Host"'), '')
    },
  }),

  ...ourFacts(37, {
    'the lastEventId option is sent with the first request and is the initial source.lastEventId': async (fact) => {
      const served = await fact.serve(ending('retry: 10\n\n'), ending('id: 6\ndata: x\n\n'), stream())
      const recorder = fact.listenWith(served.url, { lastEventId: '5é', headers: { 'Last-Event-ID': '3' } })
      equal(recorder.own.lastEventId, '5é', 'lastEventId')
      await recorder.until('open', 3)
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ lastEventId }) => lastEventId),
        ['5é', '5é', '6'],
      )
    },
    'a custom Last-Event-ID header is sent until the stream sets an ID, and not after the stream resets it': async (
      fact,
    ) => {
      const served = await fact.serve(
        ending('retry: 10\ndata: x\n\n'),
        ending('id: 6\ndata: x\n\n'),
        ending('id\ndata: x\n\n'),
        stream(),
      )
      const recorder = fact.listenWith(served.url, { headers: { 'last-event-id': '3' } })
      await recorder.until('open', 4)
      const { requests } = await served.log({ requests: 4 })
      equal(
        requests.map(({ lastEventId }) => lastEventId),
        ['3', '3', '6', undefined],
      )
    },
    'lastEventIdParameter replaces the value in the URL and leaves the rest of the query unchanged': async (fact) => {
      const served = await fact.serve(ending('retry: 10\nid: 7\ndata: x\n\n'), ending('id\n\n'), stream())
      const recorder = fact.listenWith(`${served.url}?sig=%2B+~%2F&from=3&x`, { lastEventIdParameter: 'from' })
      await recorder.until('open', 3)
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ path }) => path.slice(path.indexOf('?'))),
        ['?sig=%2B+~%2F&from=3&x', '?sig=%2B+~%2F&from=7&x', '?sig=%2B+~%2F&x'],
      )
    },
    'lastEventIdParameter appends the ID to the unchanged query instead of sending the header': async (fact) => {
      const served = await fact.serve(ending('retry: 10\nid: a&b é\u0001\ndata: x\n\n'), ending('id\n\n'), stream())
      const query = '?sig=%2B+~%2F&x'
      const recorder = fact.listenWith(`${served.url}${query}`, { lastEventId: '5', lastEventIdParameter: 'last id' })
      await recorder.until('open', 3)
      const { requests } = await served.log({ requests: 3 })
      equal(
        requests.map(({ path, lastEventId }) => [path.slice(path.indexOf('?')), lastEventId]),
        [
          [`${query}&last%20id=5`, undefined],
          [`${query}&last%20id=a%26b%20%C3%A9%01`, undefined],
          [query, undefined],
        ],
      )
    },
  }),
  ...ourFacts(37, {
    'fetch receives the query unchanged, including needless escapes': async (fact) => {
      const urls: string[] = []
      const fetch = (url: string): Promise<Response> => {
        urls.push(url)
        return Promise.reject(new Error('no network'))
      }
      const url = `${fact.otherOrigin}/x?sig=%7e%41+~`
      await fact.listenWith(url, { fetch, lastEventId: '5', lastEventIdParameter: 'id' }).until('error')
      equal(urls[0], `${url}&id=5`)
    },
  }),
  ...ourFactsIn(inBrowser, 37, {
    'across origins, Last-Event-ID triggers a preflight and lastEventIdParameter does not': async (fact) => {
      for (const [options, preflights] of [
        [{ lastEventId: '5' }, 1],
        [{ lastEventId: '5', lastEventIdParameter: 'id' }, 0],
      ] as const) {
        const served = await fact.serve(stream('data: x\n\n'))
        await fact.listenWith(served.at(fact.otherOrigin), options).until('open')
        equal((await served.log()).preflights, preflights, 'the number of preflights')
      }
    },
  }),
]
