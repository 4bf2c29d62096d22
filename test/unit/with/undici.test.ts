/** undici as used by applications: agents, mocks and timeouts, with Node's built-in fetch and undici's. */

import { setTimeout as wait } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  Agent,
  type Dispatcher,
  Dispatcher1Wrapper,
  fetch as undiciFetch,
  getGlobalDispatcher,
  MockAgent,
  setGlobalDispatcher,
} from 'undici'
import { EventSource, type FetchLike } from '../../../src/index.ts'
import { startStream, serve } from '../support/server.ts'
import { nextError, nextMessage, open } from '../support/sources.ts'

const IMPATIENT = { bodyTimeout: 700, headersTimeout: 700 }

let before: Dispatcher
beforeEach(() => {
  before = getGlobalDispatcher()
})
afterEach(() => {
  setGlobalDispatcher(before)
})

/** undici's fetch as the option. It has its own types. */
const fetchOfUndici = undiciFetch as unknown as FetchLike

const FETCHES: [string, { fetch?: FetchLike }][] = [
  ["Node's fetch", {}],
  ["undici's fetch", { fetch: fetchOfUndici }],
]

// The connections are silent concurrently, because undici's timeouts have a resolution of seconds.
describe('silence longer than the timeouts of the dispatcher', () => {
  const SILENCE = 2_000

  it('closes neither a stream nor a pending response with the global dispatcher', async () => {
    setGlobalDispatcher(new Agent(IMPATIENT))
    let requests = 0
    const url = await serve((request, response) => {
      requests++
      if (request.url === '/stream') startStream(response, 'data: before\n\n')
      void wait(SILENCE).then(() => {
        if (request.url === '/stream') response.write('data: after\n\n')
        else startStream(response, 'data: at last\n\n')
      })
    })
    const errors: Event[] = []
    await Promise.all(
      FETCHES.map(async ([, options]) => {
        const [stream, response] = [open(`${url}/stream`, options), open(`${url}/response`, options)]
        for (const source of [stream, response]) source.onerror = (event) => errors.push(event)
        const last = nextMessage(response)
        expect((await nextMessage(stream)).data).toBe('before')
        expect((await nextMessage(stream)).data).toBe('after')
        expect((await last).data).toBe('at last')
      }),
    )
    expect(errors).toEqual([])
    expect(requests).toBe(4)
  })

  it("closes no stream with the caller's dispatcher", async () => {
    const seen: Dispatcher.DispatchOptions[] = []
    const agent = new Agent(IMPATIENT).compose((dispatch) => (request, handler) => {
      seen.push(request)
      return dispatch(request, handler)
    })
    const url = await serve((_request, response) => {
      startStream(response, 'data: before\n\n')
      void wait(SILENCE).then(() => response.write('data: after\n\n'))
    })
    const errors: Event[] = []
    await Promise.all(
      FETCHES.map(async ([, options]) => {
        // Node 24's fetch uses the dispatcher API of undici 7.
        const dispatcher = options.fetch ? agent : new Dispatcher1Wrapper(agent)
        const source = open(`${url}/own`, { ...options, fetchOptions: { dispatcher } })
        source.onerror = (event) => errors.push(event)
        expect((await nextMessage(source)).data).toBe('before')
        expect((await nextMessage(source)).data).toBe('after')
      }),
    )
    expect(errors).toEqual([])
    const own = { path: '/own', bodyTimeout: 0, headersTimeout: 0 }
    expect(seen).toMatchObject([own, own])
  })

  it('closes a plain fetch', async () => {
    setGlobalDispatcher(new Agent(IMPATIENT))
    const url = await serve((_request, response) => {
      startStream(response, 'data: 1\n\n')
    })
    const response = await fetch(url)
    await expect(response.text()).rejects.toMatchObject({ cause: { code: 'UND_ERR_BODY_TIMEOUT' } })
  })
})

describe.each(FETCHES)('%s', (_, options) => {
  it('uses the dispatcher from setGlobalDispatcher', async () => {
    const seen: Dispatcher.DispatchOptions[] = []
    setGlobalDispatcher(
      new Agent().compose((dispatch) => (request, handler) => {
        seen.push(request)
        return dispatch(request, handler)
      }),
    )
    const url = await serve((_request, response) => {
      startStream(response, 'data: 1\n\n')
    })
    await nextMessage(open(`${url}/through`, options))
    expect(seen).toMatchObject([{ path: '/through', bodyTimeout: 0, headersTimeout: 0 }])
  })

  it('receives responses from a MockAgent', async () => {
    const agent = new MockAgent()
    agent.disableNetConnect()
    setGlobalDispatcher(agent)
    agent
      .get('http://mock.test')
      .intercept({ path: '/stream', headers: { accept: 'text/event-stream' } })
      .reply(200, 'id: 1\ndata: mocked\n\n', { headers: { 'Content-Type': 'text/event-stream; charset=utf-8' } })
    const source = open('http://mock.test/stream', options)
    expect(await nextMessage(source)).toMatchObject({ data: 'mocked', lastEventId: '1', origin: 'http://mock.test' })
    expect((await nextError(source)).error.reason).toBe('ended')
  })

  it('receives error statuses and errors from a MockAgent', async () => {
    const agent = new MockAgent()
    agent.disableNetConnect()
    setGlobalDispatcher(agent)
    const pool = agent.get('http://mock.test')
    pool.intercept({ path: '/refused' }).reply(500, '')
    pool.intercept({ path: '/broken' }).replyWithError(Object.assign(new Error('x'), { code: 'EMOCKED' }))

    const refused = open('http://mock.test/refused', options)
    expect((await nextError(refused)).error).toMatchObject({ reason: 'status', status: 500 })
    expect(refused.readyState).toBe(EventSource.CLOSED)

    const broken = open('http://mock.test/broken', options)
    expect((await nextError(broken)).error).toMatchObject({ reason: 'network', code: 'EMOCKED' })
    expect(broken.readyState).toBe(EventSource.CONNECTING)
  })
})

describe("caller's dispatcher", () => {
  it('may be a MockAgent in the option dispatcher, used for each attempt', async () => {
    const dispatcher = new MockAgent()
    dispatcher.disableNetConnect()
    const stream = { headers: { 'Content-Type': 'text/event-stream' } }
    const pool = dispatcher.get('http://mock.test')
    pool.intercept({ path: '/', method: 'POST' }).reply(200, 'id: 7\ndata: first\n\n', stream)
    pool.intercept({ path: '/', headers: { 'last-event-id': '7' } }).reply(200, 'data: second\n\n', stream)
    const source = open('http://mock.test/', {
      fetch: fetchOfUndici,
      fetchOptions: { dispatcher },
      method: 'POST',
      body: 'text',
      resume: () => ({ method: 'GET' }),
      reconnectionTime: 0,
    })
    expect((await nextMessage(source)).data).toBe('first')
    expect((await nextMessage(source)).data).toBe('second')
  })

  it('is used if a custom fetch passes it on', async () => {
    const seen: string[] = []
    const dispatcher = new Agent().compose((dispatch) => (request, handler) => {
      seen.push(request.path)
      return dispatch(request, handler)
    })
    const url = await serve((_request, response) => {
      startStream(response, 'data: 1\n\n')
    })
    const source = open(`${url}/own`, {
      fetch: (input, init) => undiciFetch(input, { ...init, dispatcher }),
    })
    await nextMessage(source)
    expect(seen).toEqual(['/own'])
  })
})
