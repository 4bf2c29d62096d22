/** Programs that continue across connections or runs: fact 62. */

import { copyLedger } from '../../programs/each-once.ts'
import * as freshToken from '../../programs/fresh-token.ts'
import { watch } from '../../programs/heartbeat.ts'
import { connect } from '../../programs/own-reconnection.ts'
import { workThrough } from '../../programs/progress.ts'
import * as retriable from '../../programs/retriable-errors.ts'
import {
  keptAlive,
  check,
  ending,
  equal,
  NO_CONTENT,
  refused,
  rejection,
  stream,
  withEnoughTime,
} from '../../harness.ts'
import { ConnectionError } from '../../under-test.ts'
import { ourFacts, type BehaviorFact } from '../fact.ts'
import { connectionsEnd, header, ids, screen } from './shared.ts'

/** Storage that outlives a run. */
function storage(): {
  entries: Map<string, string>
  getItem(key: string): string | null
  setItem(key: string, value: string): void
} {
  const entries = new Map<string, string>()
  return {
    entries,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
  }
}

export const reconnecting: BehaviorFact[] = ourFacts(62, {
  'each-once: neither loses nor repeats an event over three lost connections': async (fact) => {
    const served = await fact.serve(
      {
        steps: [
          { write: 'retry: 10\nid: 1\ndata: a\n\nid: 2\ndata: b\n\n' },
          { write: 'id: 3\ndata: unfin' },
          { gate: 'b' },
          { reset: true },
        ],
      },
      ending('id: 3\ndata: c\n\nid: 4\ndata: unfin'),
      { steps: [{ write: 'id: 4\ndata: d\n\n' }, { write: 'id: 5\ndata: e\n\n: f' }, { gate: 'e' }, { reset: true }] },
      ending('id: 6\ndata: f\n\nid: 7\n\n'),
      NO_CONTENT,
    )
    const ledger: string[] = []
    await copyLedger(served.url, async (entry) => {
      ledger.push(entry)
      await served.openGate(entry)
    })
    equal(ledger, ['a', 'b', 'c', 'd', 'e', 'f'])
    equal(ids(await connectionsEnd(fact, served, 5)), [undefined, '2', '3', '5', '7'])
  },

  'progress: the next run starts with the event that was interrupted': async (fact) => {
    const served = await fact.serve(
      stream('id: 1\ndata: a\n\nid: 2\ndata: b\n\nid: 3\ndata: c\n\n'),
      ending('id: 2\ndata: b\n\nid: 3\ndata: c\n\n'),
    )
    const memory = storage()
    const done: string[] = []
    const interrupted = workThrough(served.url, memory, (task) => {
      if (task === 'b') throw new Error('power cut')
      done.push(task)
      return Promise.resolve()
    })
    equal(String(await rejection(interrupted)), 'Error: power cut')
    equal([done, memory.getItem('last-event-id')], [['a'], '1'])
    await connectionsEnd(fact, served, 1)

    await workThrough(served.url, memory, (task) => {
      done.push(task)
      return Promise.resolve()
    })
    equal([done, memory.getItem('last-event-id')], [['a', 'b', 'c'], '3'])
    equal(ids(await connectionsEnd(fact, served, 2)), [undefined, '1'])
  },

  'fresh-token: fetches a new token after a 401, but not after other failures': async (fact) => {
    const served = await fact.serve(
      refused(401, {}, 'expired'),
      ending('retry: 10\nid: 1\ndata: a\n\n'),
      ending('data: b\n\n'),
      NO_CONTENT,
    )
    const { shown, show } = screen()
    let tokens = 0
    await freshToken.follow(served.url, () => Promise.resolve(`token-${++tokens}`), show)
    equal(shown, ['a', 'b'])
    const requests = await connectionsEnd(fact, served, 4)
    equal(header('authorization', requests), ['Bearer token-1', ...Array<string>(3).fill('Bearer token-2')])
    equal(ids(requests), [undefined, undefined, '1', '1'])
  },
  'fresh-token: gives up after four attempts': async (fact) => {
    const served = await fact.serve(refused(401, {}, 'not you'))
    let tokens = 0
    const over = freshToken.follow(served.url, () => Promise.resolve(`token-${++tokens}`), screen().show)
    const error = await rejection(over)
    check(error instanceof ConnectionError, `the error is ${String(error)}`)
    equal([error.status, error.body, error.attempt, tokens], [401, 'not you', 4, 4])
    await connectionsEnd(fact, served, 4)
  },

  'heartbeat: comments keep the connection open; silence makes it reconnect': (fact) =>
    withEnoughTime([1_000, 3_000, 9_000], async (silence) => {
      const comments = Array.from({ length: 6 }, () => [{ write: ': keep-alive\n' }, { wait: silence / 5 }]).flat()
      const served = await fact.serve(
        { steps: [{ write: 'retry: 10\n' }, ...comments, { write: 'data: news\n\n' }] },
        ending('data: back\n\n'),
        NO_CONTENT,
      )
      const { shown, show } = screen()
      await watch(served.url, silence, show)
      if (!shown.includes('news') || !shown.includes('back')) return false
      equal(shown, [...Array<string>(6).fill('alive'), 'news', 'back'])
      await connectionsEnd(fact, served, 3)
      return true
    }),

  'own-reconnection: IDs and the reconnection time carry over to the next body, but incomplete events do not': async (
    fact,
  ) => {
    const served = await fact.serve(
      ending('retry: 10\nid: 1\ndata: a\n\nid: 2\ndata: unfin'),
      { steps: [{ write: 'data: b\n\nid: 3\ndata: c\n\nda' }, { gate: 'c' }, { reset: true }] },
      ending('id: 4\ndata: d\n\n', 'data: unfin'),
      // No response: it tries again.
      { before: 'd', drop: true },
      { ...keptAlive('data: of a page\n\n'), headers: { 'Content-Type': 'text/html' } },
    )
    const recorder = fact.record(connect(served.url))
    await recorder.until('message', 3)
    await served.openGate('c')
    await served.openGate('d')
    await recorder.until('error')
    equal(recorder.summary, ['open', ...['a', 'b', 'c', 'd'].map((data) => `message: ${data}`), 'error 2'])
    const { requests } = await served.log({ closed: 5 })
    // Browsers, Deno and Bun may repeat the dropped request themselves, so there can be more than five.
    equal(ids(requests.slice(0, 5)), [undefined, '1', '3', '4', '4'])
    check(
      ids(requests)
        .slice(3)
        .every((id) => id === '4'),
      'a repeated request has another ID',
    )
  },
  'own-reconnection: close() ends the current connection': async (fact) => {
    const served = await fact.serve(keptAlive('retry: 10\ndata: a\n\n'))
    const recorder = fact.record(connect(served.url))
    await recorder.until('message')
    recorder.source.close()
    await connectionsEnd(fact, served, 1)
    equal(recorder.summary, ['open', 'message: a'])
  },

  'retriable-errors: retries temporary errors from the last event ID and rejects on permanent ones': async (fact) => {
    const served = await fact.serve(
      refused(503),
      ending('id: 1\ndata: a\n\n'),
      stream('data: b\n\nevent: FatalError\ndata: no more\n\ndata: c\n\n'),
    )
    const { shown, show } = screen()
    const over = retriable.follow(served.url, new AbortController().signal, show)
    equal(String(await rejection(over)), 'Error: no more')
    equal(shown, ['(status 503)', 'a', '(closed)', 'b'])
    equal(ids(await connectionsEnd(fact, served, 3)), [undefined, undefined, '1'])
  },
  'retriable-errors: does not retry a client error such as 404': async (fact) => {
    const served = await fact.serve(refused(404, {}, 'no such thing'))
    const over = retriable.follow(served.url, new AbortController().signal, screen().show)
    equal(String(await rejection(over)), 'Error: no such thing')
    await connectionsEnd(fact, served, 1)
  },
  'retriable-errors: resolves without an error when the signal is aborted': async (fact) => {
    const served = await fact.serve(stream('data: a\n\ndata: b\n\n'))
    const controller = new AbortController()
    const { shown, show } = screen(() => {
      controller.abort()
    })
    await retriable.follow(served.url, controller.signal, show)
    equal(shown, ['a'])
    await connectionsEnd(fact, served, 1)
  },
})
