/** Programs that stop early or on a condition: fact 63. */

import { collect } from '../../programs/collected.ts'
import { readVersion2 } from '../../programs/disposal.ts'
import { firstMatch } from '../../programs/first-match.ts'
import { subscribe } from '../../programs/subscription.ts'
import { listenFor } from '../../programs/time-limit.ts'
import { check, ending as endingWith, equal, refused, sleep, stream, withEnoughTime } from '../../harness.ts'
import { ConnectionError, streamEvents } from '../../under-test.ts'
import { ourFacts, type BehaviorFact } from '../fact.ts'
import { connectionsEnd, screen } from './shared.ts'

export const stopping: BehaviorFact[] = [
  ...ourFacts(63, {
    'first-match: closes the connection at the first matching event': async (fact) => {
      const served = await fact.serve(stream('data: a\n\n', 'id: 2\nevent: x\ndata: b\n\ndata: c\n\n'))
      equal(await firstMatch(served.url, ({ type }) => type === 'x'), {
        type: 'x',
        data: 'b',
        id: '2',
        lastEventId: '2',
      })
      await connectionsEnd(fact, served, 1)
    },
    'first-match: returns undefined if no event matches': async (fact) => {
      const served = await fact.serve(endingWith('data: a\n\n'))
      equal(await firstMatch(served.url, () => false), undefined)
    },

    'collected: returns all events except an incomplete one': async (fact) => {
      const served = await fact.serve(endingWith('id: 1\ndata: a\n\n', 'data: b\ndata: c\n\ndata: unfin'))
      equal(await collect(streamEvents(served.url)), [
        { type: 'message', data: 'a', id: '1', lastEventId: '1' },
        { type: 'message', data: 'b\nc', lastEventId: '1' },
      ])
      await connectionsEnd(fact, served, 1)
    },

    'time-limit: returns the events received in time, across reconnections': (fact) =>
      withEnoughTime([1_000, 4_000, 16_000], async (limit) => {
        const served = await fact.serve(endingWith('retry: 10\ndata: a\n\n'), stream('data: b\n\n'))
        const received = await listenFor(served.url, limit)
        if (received.length < 2) return false
        equal(received, ['a', 'b'])
        await connectionsEnd(fact, served, 2)
        return true
      }),
    'time-limit: also applies before the response arrives': (fact) =>
      withEnoughTime([1_000, 4_000, 16_000], async (limit) => {
        const served = await fact.serve({ before: 'never' })
        equal(await listenFor(served.url, limit), [])
        const { requests } = await served.log()
        if (requests.length < 1) return false
        await connectionsEnd(fact, served, 1)
        return true
      }),

    'subscription: reports no error when it is canceled': async (fact) => {
      const served = await fact.serve(stream('data: a\n\ndata: b\n\n'))
      const errors: unknown[] = []
      const { shown, show } = screen(() => {
        cancel()
      })
      const cancel = subscribe(served.url, show, (error) => errors.push(error))
      await served.log({ closed: 1 })
      await sleep(50)
      equal([shown, errors], [['a'], []])
    },
    'subscription: can be canceled while it waits to reconnect': (fact) =>
      withEnoughTime([500, 2_500, 12_500], async (wait) => {
        const served = await fact.serve(endingWith(`retry: ${wait}\ndata: a\n\n`))
        const { shown, show } = screen()
        const errors: unknown[] = []
        const since = performance.now()
        const cancel = subscribe(served.url, show, (error) => errors.push(error))
        await served.log({ closed: 1 })
        cancel()
        if (performance.now() - since > wait / 2) return false
        await sleep(2 * wait)
        check(shown.length <= 1, 'more events arrived')
        equal(errors, [])
        await connectionsEnd(fact, served, 1)
        return true
      }),
    'subscription: reports failures': async (fact) => {
      const served = await fact.serve(refused(404, {}, 'no such thing'))
      const error = await new Promise((resolve) => subscribe(served.url, () => undefined, resolve))
      check(error instanceof ConnectionError && error.status === 404, `the error is ${String(error)}`)
    },

    'disposal: closes the connection whether or not the stream is read': async (fact) => {
      const { shown, show } = screen()
      const old = await fact.serve({ ...stream('data: a\n\n'), headers: { 'X-Version': '1' } })
      equal(await readVersion2(old.url, show), false)
      await connectionsEnd(fact, old, 1)
      const current = await fact.serve({ ...endingWith('data: b\n\n'), headers: { 'X-Version': '2' } })
      equal(await readVersion2(current.url, show), true)
      await connectionsEnd(fact, current, 1)
      equal(shown, ['b'])
    },
  }),
]
