/** tRPC subscriptions through `httpSubscriptionLink`, with tRPC's own server. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createTRPCClient, httpSubscriptionLink, retryLink, type TRPCClientError } from '@trpc/client'
import { initTRPC, tracked, TRPCError } from '@trpc/server'
import { createHTTPHandler, type CreateHTTPContextOptions } from '@trpc/server/adapters/standalone'
import type { Client, EventSourceClass } from './client.ts'
import { serve, type StreamServer } from './server.ts'

/** Silence in ms after which the client connects again. */
const INACTIVITY = 200

function makeRouter(reconnectAfterInactivityMs = 0) {
  const { procedure, router } = initTRPC.context<{ token: string | undefined }>().create({
    sse: { client: { reconnectAfterInactivityMs } },
  })
  return router({
    /** Two messages after the last ID of the client, then silence. */
    count: procedure
      .input((input) => input as { lastEventId?: string } | undefined)
      .subscription(async function* ({ input, signal }) {
        const last = Number(input?.lastEventId ?? 0)
        for (const id of [last + 1, last + 2]) yield tracked(`${id}`, { text: `message ${id}` })
        if (signal) await once(signal, 'abort')
      }),
    finite: procedure.subscription(async function* () {
      yield* await Promise.resolve(['one', 'two'])
    }),
    guarded: procedure.subscription(async function* ({ ctx, signal }) {
      if (ctx.token !== 'fresh') throw new TRPCError({ code: 'UNAUTHORIZED' })
      yield ctx.token
      if (signal) await once(signal, 'abort')
    }),
  })
}
type Router = ReturnType<typeof makeRouter>

const handlerOf = (router: Router) =>
  createHTTPHandler({
    router,
    createContext: ({ info }: CreateHTTPContextOptions) => ({ token: info.connectionParams?.token }),
  })
const handle = handlerOf(makeRouter())

/** Links to the server through the class. */
function linkTo({ origin }: StreamServer, EventSource: EventSourceClass, options: LinkOptions = {}) {
  return httpSubscriptionLink({ url: origin, EventSource, ...options })
}
type LinkOptions = Partial<Parameters<typeof httpSubscriptionLink<Router, EventSourceClass>>[0]>

type Link = ReturnType<typeof linkTo>
const clientOf = (...links: Link[]) => createTRPCClient<Router>({ links })
const isUnauthorized = ({ error }: { error: TRPCClientError<Router> }) => error.data?.code === 'UNAUTHORIZED'

/** The texts of `count` messages, after which it unsubscribes. Calls `onData` with the IDs. */
function countTo(last: number, link: Link, onData?: (id: string) => void): Promise<string[]> {
  const found: string[] = []
  return new Promise((resolve, reject) => {
    const subscription = clientOf(link).count.subscribe(undefined, {
      onData({ id, data }) {
        found.push(data.text)
        onData?.(id)
        if (found.length < last) return
        subscription.unsubscribe()
        resolve(found)
      },
      onError: reject,
    })
  })
}

/** The token that the server accepts. */
function acceptedToken(...links: Link[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const subscription = clientOf(...links).guarded.subscribe(undefined, {
      onData(token) {
        subscription.unsubscribe()
        resolve(token)
      },
      onError: reject,
    })
  })
}

const OPTION_HEADERS = 'the option `headers` is called for each connection'
const HEADERS_AFTER_401 = 'after status 401, `retryLink` connects with new headers'
const REFUSED = 'the error of a refused connection names its status'

export const client: Client = {
  name: 'tRPC',
  packages: ['@trpc/client', '@trpc/server'],
  how: 'httpSubscriptionLink({ url, EventSource, eventSourceOptions: { headers } })',
  others: {
    eventsource: [OPTION_HEADERS, HEADERS_AFTER_401],
    native: [OPTION_HEADERS, HEADERS_AFTER_401, REFUSED],
  },
  note: 'With `eventsource`, headers need the option `fetch`.',
  trials: [
    {
      name: 'messages arrive',
      async run(EventSource) {
        await using server = await serve(handle)
        assert.deepEqual(await countTo(2, linkTo(server, EventSource)), ['message 1', 'message 2'])
      },
    },
    {
      name: 'a dropped connection resumes',
      async run(EventSource) {
        await using server = await serve(handle)
        const found = await countTo(4, linkTo(server, EventSource), (id) => {
          if (id === '2') server.drop()
        })
        assert.deepEqual(found, ['message 1', 'message 2', 'message 3', 'message 4'])
        assert.equal(server.requests[1]?.headers['last-event-id'], '2')
      },
    },
    {
      name: 'closing frees the server',
      async run(EventSource) {
        await using server = await serve(handle)
        await countTo(2, linkTo(server, EventSource))
        await server.untilFreed()
      },
    },
    {
      name: 'the end of the procedure completes the subscription',
      async run(EventSource) {
        await using server = await serve(handle)
        const found: string[] = []
        await new Promise<void>((resolve, reject) => {
          clientOf(linkTo(server, EventSource)).finite.subscribe(undefined, {
            onData: (data) => found.push(data),
            onComplete: resolve,
            onError: reject,
          })
        })
        assert.deepEqual(found, ['one', 'two'])
        await server.untilFreed()
      },
    },
    {
      name: OPTION_HEADERS,
      async run(EventSource) {
        await using server = await serve(handle)
        let tokens = 0
        const options = { eventSourceOptions: { headers: () => ({ Authorization: `Bearer ${++tokens}` }) } }
        await countTo(4, linkTo(server, EventSource, options), (id) => {
          if (id === '2') server.drop()
        })
        const sent = server.requests.map(({ headers }) => headers.authorization)
        assert.deepEqual(sent, ['Bearer 1', 'Bearer 2'])
      },
    },
    {
      name: 'after an UNAUTHORIZED error, `retryLink` connects with new `connectionParams`',
      async run(EventSource) {
        await using server = await serve(handle)
        const tokens = ['stale', 'fresh']
        const link = linkTo(server, EventSource, { connectionParams: () => ({ token: tokens.shift() ?? '' }) })
        assert.equal(await acceptedToken(retryLink({ retry: isUnauthorized }), link), 'fresh')
        await server.untilFreed()
      },
    },
    {
      name: HEADERS_AFTER_401,
      async run(EventSource) {
        await using server = await serve((request, response) => {
          // As a proxy or an API gateway before tRPC answers.
          if (request.headers.authorization === 'Bearer fresh') handle(request, response)
          else response.writeHead(401).end()
        })
        const tokens = ['stale', 'fresh']
        const link = linkTo(server, EventSource, {
          connectionParams: { token: 'fresh' },
          eventSourceOptions: () => ({ headers: { Authorization: `Bearer ${tokens.shift()}` } }),
        })
        assert.equal(await acceptedToken(retryLink({ retry: ({ attempts }) => attempts === 1 }), link), 'fresh')
        assert.equal(server.requests.length, 2)
        await server.untilFreed()
      },
    },
    {
      name: REFUSED,
      async run(EventSource) {
        await using server = await serve((_, response) => response.writeHead(403).end())
        const error = await new Promise<{ message: string }>((resolve) => {
          clientOf(linkTo(server, EventSource)).finite.subscribe(undefined, { onError: resolve })
        })
        assert.match(error.message, /403/)
      },
    },
    {
      name: 'silence reconnects (`reconnectAfterInactivityMs`)',
      async run(EventSource) {
        await using server = await serve(handlerOf(makeRouter(INACTIVITY)))
        const found = await countTo(4, linkTo(server, EventSource))
        assert.deepEqual(found, ['message 1', 'message 2', 'message 3', 'message 4'])
        await server.untilFreed()
      },
    },
  ],
}
