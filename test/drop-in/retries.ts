/** Programs written for `@microsoft/fetch-event-source`: when it retries, and with which ID. */

import { ending, refused } from '../conformance/harness.ts'
import { open, type Kit, type Program } from './scenario.ts'

/** `onerror` returns these values one after the other, then throws. */
const returning =
  (...waits: (number | null | undefined)[]) =>
  async ({ fetchEventSource, url, log }: Kit): Promise<void> => {
    await fetchEventSource(url, {
      onclose() {
        throw new Error('once more')
      },
      onerror(error) {
        log('onerror', error)
        if (waits.length === 0) throw error
        return waits.shift()
      },
    }).catch((error: unknown) => {
      log('rejected', error)
    })
  }

export const RETRIES: Program[] = [
  {
    name: 'waits as long as onerror returns',
    answers: [ending()],
    run: returning(400, 150),
    waits: [400, 150],
  },
  {
    name: 'waits a second if onerror returns undefined or null',
    answers: [ending()],
    run: returning(undefined, null),
    waits: [1_000, 1_000],
  },
  {
    name: 'the server sets the wait, the last retry counts, and the value of onerror counts once',
    // If the minute counted, the test would wait for it.
    answers: [ending('retry: 60000\n\n'), ending('retry: 60000\n\nretry: 250\n\n'), ending()],
    run: returning(150, undefined, 400, null),
    waits: [150, 250, 400, 250],
  },
  {
    name: 'retries without onerror',
    answers: [refused(503), ending('retry: 150\ndata: one\n\n'), ending('data: here\n\n')],
    run: async ({ fetchEventSource, url, log }) => {
      let ends = 0
      await fetchEventSource(url, {
        onmessage({ data }) {
          log('onmessage', data)
        },
        onclose() {
          log('onclose')
          if (++ends === 1) throw new Error('once more')
        },
      })
      log('resolved')
    },
    waits: [1_000, 150],
  },
  {
    name: 'retries with the last ID if onclose throws',
    answers: [ending('id: 1\ndata: one\n\n'), ending('id: 2\ndata: two\n\n'), ending()],
    run: async ({ fetchEventSource, url, log }) => {
      let ends = 0
      await fetchEventSource(url, {
        onmessage({ data }) {
          log('onmessage', data)
        },
        onclose() {
          log('onclose')
          if (++ends < 3) throw new Error('closed')
        },
        onerror(error) {
          log('onerror', error)
          return 150
        },
      })
      log('resolved')
    },
  },
  {
    name: 'an ID is sent until the server resets it',
    answers: [
      ending('retry: 150\n\n'),
      ending('id: 1\ndata: x\n\n'),
      ending('data: x\n\n'),
      ending('id: \ndata: x\n\n'),
    ],
    run: returning(undefined, undefined, undefined, undefined),
  },
  {
    name: 'an open stream stays open until its end',
    answers: [open('data: one\n\n')],
    run: async ({ fetchEventSource, url, log, open }) => {
      await fetchEventSource(url, {
        onmessage({ data }) {
          log('onmessage', data)
          open('over')
        },
        onclose() {
          log('onclose')
        },
      })
      log('resolved')
    },
  },
]
