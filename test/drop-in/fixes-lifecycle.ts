/** Fixes for requests, waits and ends. */

import { ending, sleep } from '../conformance/harness.ts'
import { calls, messages, type OurKit, run, sent, type Init, type Fix } from './fixes.ts'
import { open } from './scenario.ts'

/** Long enough to be sure that nothing happens, in ms. */
const A_WHILE = 400

/** Keeps refused responses from garbage collection, which in Node closes them. */
const kept: Response[] = []

/** An `onopen` that refuses this many responses. */
function refusing(times: number): Init {
  return {
    onopen(response) {
      kept.push(response)
      if (times-- > 0) throw new Error('refused')
    },
  }
}

/** Rejects later, without an unhandled rejection. */
function later(error: Error): Promise<never> {
  const promise = sleep(20).then((): never => {
    throw error
  })
  promise.catch(() => undefined)
  return promise
}

/** Aborts when the original has sent its second request, or when ours has not sent one for a while. */
function afterAnother(kit: OurKit): AbortSignal {
  const controller = new AbortController()
  const enough = kit.isOriginal ? kit.served(2) : kit.served(1, 1).then(() => sleep(A_WHILE))
  void enough.then(() => {
    controller.abort()
  })
  return controller.signal
}

const ended = ({ requests }: { requests: { ended: boolean }[] }): boolean[] => requests.map(({ ended }) => ended)

export const LIFECYCLE_FIXES: Fix[] = [
  {
    name: 'headers may be a Headers',
    answers: [ending()],
    run: run({ headers: new Headers({ 'X-Token': 'a' }) }),
    shows: (recording) => sent(recording, 'x-token'),
    original: [null],
    ours: ['a'],
  },
  {
    name: 'headers may be a function, called for each attempt',
    answers: [ending('id: 1\ndata: one\n\n'), ending()],
    run: (kit) => {
      let token = 0
      return run({ headers: async () => Promise.resolve({ 'X-Token': String(++token) }) }, { ends: 1 })(kit)
    },
    shows: (recording) => [sent(recording, 'x-token'), sent(recording, 'last-event-id')],
    original: [
      [null, null],
      [null, '1'],
    ],
    ours: [
      ['1', '2'],
      [null, '1'],
    ],
  },
  {
    name: 'your header overrides the default, in any case',
    answers: [ending('id: 42\ndata: one\n\n'), ending()],
    run: run({ headers: { Accept: 'text/event-stream;q=1', 'Last-Event-ID': '41' } }, { ends: 1 }),
    shows: (recording) => [sent(recording, 'accept'), sent(recording, 'last-event-id')],
    original: [Array(2).fill('text/event-stream;q=1, text/event-stream'), ['41', '41, 42']],
    ours: [Array(2).fill('text/event-stream;q=1'), ['41', '42']],
  },
  {
    name: 'an idle connection stays open in Node for longer than five minutes',
    answers: [ending()],
    run: (kit) =>
      run({
        fetch(input, init) {
          kit.log('dispatcher', 'dispatcher' in (init ?? {}))
          return fetch(input, init)
        },
      })(kit),
    shows: ({ calls }) => calls[0],
    original: ['dispatcher', false],
    // test/conformance, fact 26, tests it with Node's own time limit.
    ours: ['dispatcher', true],
    only: 'node',
  },
  {
    name: 'a signal that is already aborted prevents the request',
    answers: [open('data: one\n\n')],
    leavesOpen: 1,
    run: (kit) =>
      new Promise<void>((resolve, reject) => {
        const onmessage = (ev: unknown): void => {
          kit.log('onmessage', ev)
          resolve()
        }
        run({ signal: AbortSignal.abort(), onmessage })(kit).then(resolve, reject)
      }),
    shows: (recording) => [calls(recording), recording.requests.length],
    original: [['onmessage'], 1],
    ours: [['resolved'], 0],
  },
  {
    name: 'no message follows an abort, not even of the same chunk',
    answers: [open('data: one\n\ndata: two\n\n')],
    run: (kit) => {
      const controller = new AbortController()
      return run({
        signal: controller.signal,
        onmessage(ev) {
          kit.log('onmessage', ev)
          controller.abort()
        },
      })(kit)
    },
    shows: (recording) => messages(recording, 'data'),
    original: ['one', 'two'],
    ours: ['one'],
  },
  {
    name: 'no call follows an abort, even if the fetch ignores signals',
    answers: [open('data: one\n\n')],
    leavesOpen: 1,
    run: async (kit) => {
      const controller = new AbortController()
      let received = (): void => undefined
      const message = new Promise<void>((resolve) => (received = resolve))
      await run({
        signal: controller.signal,
        async onopen() {
          kit.log('onopen')
          await Promise.resolve()
        },
        onmessage(ev) {
          kit.log('onmessage', ev)
          received()
        },
        async fetch(input, { signal, ...init } = {}) {
          kit.log('fetch', signal)
          const response = await fetch(input, init)
          controller.abort()
          return response
        },
      })(kit)
      await (kit.isOriginal ? message : kit.served(1, 1))
      await sleep(A_WHILE)
    },
    shows: (recording) => [calls(recording), ended(recording)],
    original: [['fetch', 'resolved', 'onopen', 'onmessage'], [false]],
    ours: [['fetch', 'resolved'], [true]],
  },
  {
    name: 'an abort in onerror stops retrying',
    answers: [open()],
    leavesOpen: 1,
    run: async (kit) => {
      const controller = new AbortController()
      await run({
        ...refusing(1),
        signal: controller.signal,
        onerror() {
          controller.abort()
          return 150
        },
      })(kit)
      await (kit.isOriginal ? kit.served(2) : sleep(A_WHILE))
    },
    shows: ({ requests }) => requests.length,
    original: 2,
    ours: 1,
  },
  {
    name: 'a connection that onopen refuses is closed',
    answers: [open(), ending()],
    leavesOpen: 1,
    run: (kit) => run(refusing(1))(kit),
    shows: ended,
    original: [false, true],
    ours: [true, true],
  },
  {
    name: 'the connection is closed if onmessage throws',
    answers: [open('data: one\n\n'), ending()],
    leavesOpen: 1,
    run: run({
      onmessage() {
        throw new Error('wrong')
      },
    }),
    shows: ended,
    original: [false, true],
    ours: [true, true],
  },
  {
    name: 'onerror may be async, and reject',
    answers: [open(), ending()],
    leavesOpen: 1,
    run: (kit) => run({ ...refusing(1), onerror: () => later(new Error('enough')) })(kit),
    shows: (recording) => [calls(recording), recording.requests.length],
    original: [['onclose', 'resolved'], 2],
    ours: [['rejected'], 1],
  },
  {
    name: 'onerror may be async, and return a wait later',
    answers: [ending('retry: 60000\n\n'), ending()],
    run: async (kit) => {
      let failures = 0
      let end = (): void => undefined
      const isOver = new Promise<void>((resolve) => (end = resolve))
      await run(
        {
          onerror: async () => {
            kit.log('onerror')
            await (kit.isOriginal ? isOver : sleep(100))
            kit.log('onerror has returned')
            failures++
            return 150
          },
          onopen() {
            kit.log('onopen', failures)
          },
        },
        { ends: 1 },
      )(kit)
      end()
    },
    shows: ({ calls }) => {
      // With the original, onerror returns after everything else.
      const end = calls.findIndex(([call]) => call === 'resolved') + 1
      return calls.slice(0, end).filter(([call]) => call !== 'onmessage')
    },
    original: [['onopen', 0], ['onclose'], ['onerror'], ['onopen', 0], ['onclose'], ['resolved']],
    ours: [['onopen', 0], ['onclose'], ['onerror'], ['onerror has returned'], ['onopen', 1], ['onclose'], ['resolved']],
  },
  {
    name: 'onclose may be async, and reject',
    answers: [ending(), ending('data: here\n\n')],
    run: (kit) => {
      let ends = 0
      return run({
        onclose: () => (++ends === 1 ? later(new Error('once more')) : undefined),
      })(kit)
    },
    shows: (recording) => calls(recording),
    original: ['resolved'],
    ours: ['onerror', 'onmessage', 'resolved'],
  },
  {
    name: 'ten failures take at least a second, whatever onerror returns',
    answers: [ending()],
    run: async (kit) => {
      let failures = 0
      let hurried = 0
      let isEarly = false
      let timer: ReturnType<typeof setTimeout> | undefined
      await run({
        // Each wait is a tenth of a second. A timer of half of that detects earlier calls on machines of any speed.
        fetch: () => {
          if (isEarly) hurried++
          return Promise.reject(new Error('no'))
        },
        onerror(error) {
          if (++failures > 10) throw error
          isEarly = true
          clearTimeout(timer)
          timer = setTimeout(() => (isEarly = false), 50)
          return [0, -1, Number.MIN_VALUE][failures % 3]
        },
      })(kit)
      kit.log('hurried', hurried)
    },
    shows: ({ calls }) => calls.at(-1),
    original: ['hurried', 10],
    ours: ['hurried', 0],
  },
  {
    name: 'a wait past 2^31-1 ms does not overflow the timer',
    answers: [ending('retry: 3000000000\n\n')],
    run: (kit) => run({ signal: afterAnother(kit), onerror: () => undefined }, { ends: 1 })(kit),
    shows: ({ requests }) => requests.length,
    original: 2,
    ours: 1,
  },
  {
    name: 'a NaN from onerror is ignored',
    answers: [ending('retry: 60000\n\n'), ending()],
    run: (kit) => run({ signal: afterAnother(kit), onerror: () => NaN }, { ends: 1 })(kit),
    shows: ({ requests }) => requests.length,
    original: 2,
    ours: 1,
  },
]
