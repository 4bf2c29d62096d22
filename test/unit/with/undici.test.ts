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

describe.each(FETCHES)('%s', (_, options) => {
  it('keeps a stream that is silent for longer than the global dispatcher allows', async () => {
    const agent = new Agent(IMPATIENT)
    setGlobalDispatcher(agent)
    let requests = 0
    const url = await serve((_request, response) => {
      requests++
      beginStream(response, 'data: before\n\n')
      // The silence is the subject here.
      void wait(2_000).then(() => response.write('data: after\n\n'))
    })
    const source = open(url, options)
    const errors: Event[] = []
    source.onerror = (event) => errors.push(event)
    expect((await nextMessage(source)).data).toBe('before')
    expect((await nextMessage(source)).data).toBe('after')
    expect(errors).toEqual([])
    expect(requests).toBe(1)
  })

  it('waits for a response for longer than the global dispatcher allows', async () => {
    setGlobalDispatcher(new Agent(IMPATIENT))
    const url = await serve((_request, response) => {
      void wait(2_000).then(() => {
        beginStream(response, 'data: at last\n\n')
      })
    })
    const source = open(url, options)
    const errors: Event[] = []
    source.onerror = (event) => errors.push(event)
    expect((await nextMessage(source)).data).toBe('at last')
    expect(errors).toEqual([])
  })

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
  it.each(FETCHES)('as an option is used by %s, without its time limits', async (_, options) => {
    const seen: Dispatcher.DispatchOptions[] = []
    const agent = new Agent(IMPATIENT).compose((dispatch) => (request, handler) => {
      seen.push(request)
      return dispatch(request, handler)
    })
    const url = await serve((_request, response) => {
      beginStream(response, 'data: before\n\n')
      // The silence is the subject here.
      void wait(2_000).then(() => response.write('data: after\n\n'))
    })
    // The fetch of Node 24 speaks to dispatchers as undici 7 did.
    const dispatcher = options.fetch ? agent : new Dispatcher1Wrapper(agent)
    const source = open(`${url}/own`, { ...options, fetchOptions: { dispatcher } })
    const errors: Event[] = []
    source.onerror = (event) => errors.push(event)
    expect((await nextMessage(source)).data).toBe('before')
    expect((await nextMessage(source)).data).toBe('after')
    expect(errors).toEqual([])
    expect(seen).toMatchObject([{ path: '/own', bodyTimeout: 0, headersTimeout: 0 }])
  })

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

describe('the limit itself', () => {
  it('is real: a plain fetch under the same dispatcher breaks off', async () => {
    setGlobalDispatcher(new Agent(IMPATIENT))
    const url = await serve((_request, response) => {
      beginStream(response, 'data: 1\n\n')
    })
    const response = await fetch(url)
    await expect(response.text()).rejects.toMatchObject({ cause: { code: 'UND_ERR_BODY_TIMEOUT' } })
  })
})
