/** Programs written for `@microsoft/fetch-event-source`: aborted signals. */

import { ending, refused } from '../conformance/harness.ts'
import { open, type Kit, type Program } from './scenario.ts'

/** Logs every call and calls back at each. Resolves when the promise does. */
async function watched({ fetchEventSource, url, log }: Kit, at: (call: string, abort: () => void) => void) {
  const controller = new AbortController()
  const call = (name: string, ...args: unknown[]): void => {
    log(name, ...args)
    at(name, () => {
      controller.abort()
    })
  }
  await fetchEventSource(url, {
    signal: controller.signal,
    onopen: async (response) => {
      call('onopen', response)
    },
    onmessage(ev) {
      call('onmessage', ev)
    },
    onclose() {
      call('onclose')
    },
    onerror(error) {
      call('onerror', error)
    },
    fetch(input, init) {
      const response = fetch(input, init)
      call('fetch', init)
      return response
    },
  })
  log('resolved', controller.signal)
}

export const ABORTS: Program[] = [
  {
    name: 'stops if aborted while connecting',
    answers: [{ ...open(), before: 'over' }],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'fetch') void kit.served(1).then(abort)
      }),
  },
  {
    name: 'stops if aborted while open',
    answers: [open('data: one\n\n')],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'onmessage') setTimeout(abort, 20)
      }),
  },
  {
    name: 'stops without a retry if aborted while waiting to retry',
    answers: [refused(500)],
    run: async ({ fetchEventSource, url, log }) => {
      const controller = new AbortController()
      await fetchEventSource(url, {
        signal: controller.signal,
        onerror() {
          log('onerror')
          setTimeout(() => {
            controller.abort()
          }, 20)
          return 300
        },
      })
      log('resolved')
      // Long enough for another attempt to be recorded.
      await new Promise((resolve) => setTimeout(resolve, 500))
    },
  },
  {
    name: 'stops if aborted in onmessage',
    answers: [open('id: 1\ndata: one\n\n')],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'onmessage') abort()
      }),
  },
  {
    name: 'stops if aborted in onopen',
    answers: [open('data: one\n\n')],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'onopen') abort()
      }),
  },
  {
    name: 'stops if aborted in onclose',
    answers: [ending('data: one\n\n')],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'onclose') abort()
      }),
  },
  {
    name: 'has no effect if aborted after the end',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const controller = new AbortController()
      await fetchEventSource(url, { signal: controller.signal })
      controller.abort()
      log('resolved')
    },
  },
  {
    name: 'stops if aborted in an onerror that throws',
    answers: [refused(500)],
    run: async ({ fetchEventSource, url, log }) => {
      const controller = new AbortController()
      await fetchEventSource(url, {
        signal: controller.signal,
        onerror(error) {
          controller.abort()
          throw error
        },
      })
      log('resolved')
    },
  },
  {
    name: 'does not report the reason of an abort',
    answers: [open('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const controller = new AbortController()
      await fetchEventSource(url, {
        signal: controller.signal,
        onmessage() {
          controller.abort(new Error('enough'))
        },
        onerror(error) {
          log('onerror', error)
        },
      })
      log('resolved')
    },
  },
  {
    name: 'stops if a timeout aborts it',
    answers: [open('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const abort = new AbortController()
      await fetchEventSource(url, {
        signal: abort.signal,
        onmessage({ data }) {
          log('onmessage', data)
          // Like AbortSignal.timeout(), except that the time starts at the message.
          setTimeout(() => {
            abort.abort(new DOMException('The operation timed out', 'TimeoutError'))
          }, 100)
        },
      })
      log('resolved')
    },
  },
]
