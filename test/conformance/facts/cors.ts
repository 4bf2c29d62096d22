/** Cross-origin requests in browsers: fact 56 (Fetch standard, "CORS protocol"). */

import { check, ending, equal, stream } from '../harness.ts'
import { streamEvents } from '../under-test.ts'
import { inBrowser, ourFactsIn, type BehaviorFact } from './fact.ts'

export const cors: BehaviorFact[] = ourFactsIn(inBrowser, 56, {
  'Access-Control-Allow-Origin: * works without credentials; with them the server must name the origin': async (
    fact,
  ) => {
    const open = await fact.serve({ ...stream('data: x\n\n'), cors: '*' })
    const url = open.at(fact.otherOrigin)
    await fact.listenWith(url, {}).until('message')
    const refused = fact.listenWith(url, { withCredentials: true })
    await refused.until('error')
    equal([refused.summary, refused.errors[0]?.error.reason], [['error 0'], 'network'])
    const named = await fact.serve(stream('data: x\n\n'))
    await fact.listenWith(named.at(fact.otherOrigin), { withCredentials: true }).until('message')
  },
  'a custom header triggers a preflight, and no request is sent if the preflight fails': async (fact) => {
    const options = { headers: { 'X-Key': 'k' } }
    const served = await fact.serve(stream('data: x\n\n'))
    await fact.listenWith(served.at(fact.otherOrigin), options).until('message')
    const { preflights, requests } = await served.log()
    equal([preflights, requests[0]?.headers['x-key']], [1, 'k'])

    const strict = await fact.serve({ ...stream('data: x\n\n'), allowHeaders: 'x-other' })
    const recorder = fact.listenWith(strict.at(fact.otherOrigin), options)
    await recorder.until('error')
    recorder.source.close()
    const log = await strict.log()
    check(log.preflights >= 1, 'the preflight is missing')
    equal([recorder.errors[0]?.error.reason, log.requests.length], ['network', 0])
  },
  'a reconnection with Last-Event-ID triggers a preflight; with lastEventIdParameter it does not': async (fact) => {
    for (const [lastEventIdParameter, preflights] of [
      [undefined, 1],
      ['id', 0],
    ] as const) {
      const served = await fact.serve(ending('retry: 10\nid: 1\ndata: x\n\n'), stream('data: y\n\n'))
      const options = lastEventIdParameter === undefined ? {} : { lastEventIdParameter }
      await fact.listenWith(served.at(fact.otherOrigin), options).until('message', 2)
      const log = await served.log()
      equal(
        [log.preflights, log.requests[1]?.lastEventId, log.requests[1]?.path.endsWith('?id=1')],
        [preflights, preflights === 1 ? '1' : undefined, preflights === 0],
      )
    }
  },
  'a server that does not allow Last-Event-ID gets no reconnection, and the source reports a network error': async (
    fact,
  ) => {
    const forbids = { allowHeaders: 'x-other' }
    const served = await fact.serve(
      { ...ending('retry: 10\nid: 1\ndata: x\n\n'), ...forbids },
      { ...stream('data: y\n\n'), ...forbids },
    )
    const recorder = fact.listenWith(served.at(fact.otherOrigin), {})
    await recorder.until('error', 2)
    recorder.source.close()
    const log = await served.log()
    check(log.preflights >= 1, 'the preflight is missing')
    equal([log.requests.length, recorder.errors[1]?.error.reason], [1, 'network'])
  },
  'a JSON POST triggers a preflight; a text/plain POST does not': async (fact) => {
    for (const [type, preflights] of [
      ['text/plain', 0],
      ['application/json', 1],
    ] as const) {
      const served = await fact.serve(ending('data: x\n\n'))
      const options = { method: 'POST', headers: { 'Content-Type': type }, body: '{}' } as const
      for await (const { data } of streamEvents(served.at(fact.otherOrigin), options)) equal(data, 'x')
      equal((await served.log()).preflights, preflights, `the number of preflights for ${type}`)
    }
  },
})
