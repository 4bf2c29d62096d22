/** As users drive undici: agents, mocks and limits of their own, under Node's built-in fetch and under undici's. */

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
import { beginStream, serve } from '../support/server.ts'
import { nextError, nextMessage, open } from '../support/sources.ts'

const IMPATIENT = { bodyTimeout: 700, headersTimeout: 700 }

let before: Dispatcher
beforeEach(() => {
  before = getGlobalDispatcher()
})
afterEach(() => {
  setGlobalDispatcher(before)
})

/** undici's fetch as the option: its types are its own. */
const fetchOfUndici = undiciFetch as unknown as FetchLike

const FETCHES: [string, { fetch?: FetchLike }][] = [
  ["Node's fetch", {}],
  ["undici's fetch", { fetch: fetchOfUndici }],
]

// The silence is the subject here. All connections are silent at the same time: undici counts in seconds.
describe('silence for longer than the dispatcher allows', () => {
  const SILENCE = 2_000

  it('ends neither a stream nor the wait for a response under the global dispatcher', async () => {
    setGlobalDispatcher(new Agent(IMPATIENT))
    let requests = 0
    const url = await serve((request, response) => {
      requests++
      if (request.url === '/stream') beginStream(response, 'data: before\n\n')
      void wait(SILENCE).then(() => {
        if (request.url === '/stream') response.write('data: after\n\n')
        else beginStream(response, 'data: at last\n\n')
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

  it("ends no stream under a dispatcher of the caller's", async () => {
    const seen: Dispatcher.DispatchOptions[] = []
    const agent = new Agent(IMPATIENT).compose((dispatch) => (request, handler) => {
      seen.push(request)
      return dispatch(request, handler)
    })
    const url = await serve((_request, response) => {
      beginStream(response, 'data: before\n\n')
      void wait(SILENCE).then(() => response.write('data: after\n\n'))
    })
    const errors: Event[] = []
    await Promise.all(
      FETCHES.map(async ([, options]) => {
        // The fetch of Node 24 speaks to dispatchers as undici 7 did.
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

  it('ends a plain fetch', async () => {
    setGlobalDispatcher(new Agent(IMPATIENT))
    const url = await serve((_request, response) => {
      beginStream(response, 'data: 1\n\n')
    })
    const response = await fetch(url)
    await expect(response.text()).rejects.toMatchObject({ cause: { code: 'UND_ERR_BODY_TIMEOUT' } })
  })
})

describe.each(FETCHES)('%s', (_, options) => {
  it('goes through the dispatcher that setGlobalDispatcher installed', async () => {
    const seen: Dispatcher.DispatchOptions[] = []
    setGlobalDispatcher(
      new Agent().compose((dispatch) => (request, handler) => {
        seen.push(request)
        return dispatch(request, handler)
      }),
    )
    const url = await serve((_request, response) => {
      beginStream(response, 'data: 1\n\n')
    })
    await nextMessage(open(`${url}/through`, options))
    expect(seen).toMatchObject([{ path: '/through', bodyTimeout: 0, headersTimeout: 0 }])
  })

  it("gets a MockAgent's answers", async () => {
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

  it("gets a MockAgent's refusals and errors", async () => {
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

describe("a dispatcher of the caller's", () => {
  it('as an option may be a MockAgent, and is asked for each attempt', async () => {
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

  it('is used when their fetch passes it on', async () => {
    const seen: string[] = []
    const dispatcher = new Agent().compose((dispatch) => (request, handler) => {
      seen.push(request.path)
      return dispatch(request, handler)
    })
    const url = await serve((_request, response) => {
      beginStream(response, 'data: 1\n\n')
    })
    const source = open(`${url}/own`, {
      fetch: (input, init) => undiciFetch(input, { ...init, dispatcher }),
    })
    await nextMessage(source)
    expect(seen).toEqual(['/own'])
  })
})
