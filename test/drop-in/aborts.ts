/** Programs written for `@microsoft/fetch-event-source`: of a signal that ends it. */

import { ending, refused } from '../conformance/harness.ts'
import { open, type Kit, type Program } from './story.ts'

/** Writes every call down, and calls back at each; resolves when it is over. */
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
    name: 'aborted while it connects',
    answers: [{ ...open(), before: 'over' }],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'fetch') void kit.served(1).then(abort)
      }),
  },
  {
    name: 'aborted while it is open',
    answers: [open('data: one\n\n')],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'onmessage') setTimeout(abort, 20)
      }),
  },
  {
    name: 'aborted while it waits',
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
      // Would another attempt be made, it would be seen.
      await new Promise((resolve) => setTimeout(resolve, 500))
    },
  },
  {
    name: 'aborted in onmessage',
    answers: [open('id: 1\ndata: one\n\n')],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'onmessage') abort()
      }),
  },
  {
    name: 'aborted in onopen',
    answers: [open('data: one\n\n')],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'onopen') abort()
      }),
  },
  {
    name: 'aborted in onclose',
    answers: [ending('data: one\n\n')],
    run: (kit) =>
      watched(kit, (call, abort) => {
        if (call === 'onclose') abort()
      }),
  },
  {
    name: 'aborted when it is over',
    answers: [ending('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const controller = new AbortController()
      await fetchEventSource(url, { signal: controller.signal })
      controller.abort()
      log('resolved')
    },
  },
  {
    name: 'aborted in onerror, which throws',
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
    name: 'aborted with a reason, which nobody hears of',
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
    name: 'ended after some time',
    answers: [open('data: one\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      const abort = new AbortController()
      await fetchEventSource(url, {
        signal: abort.signal,
        onmessage({ data }) {
          log('onmessage', data)
          // As AbortSignal.timeout() does, whose time would begin before the message.
          setTimeout(() => {
            abort.abort(new DOMException('The operation timed out', 'TimeoutError'))
          }, 100)
        },
      })
      log('resolved')
    },
  },
]
