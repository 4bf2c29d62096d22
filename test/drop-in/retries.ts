/** Programs written for `@microsoft/fetch-event-source`: of the next attempt, when it is made and what it asks for. */

import { ending, refused } from '../conformance/harness.ts'
import { open, type Kit, type Program } from './story.ts'

/** Answers `onerror` gives one after the other; then it throws. */
const answering =
  (...answers: (number | null | undefined)[]) =>
  async ({ fetchEventSource, url, log }: Kit): Promise<void> => {
    await fetchEventSource(url, {
      onclose() {
        throw new Error('once more')
      },
      onerror(error) {
        log('onerror', error)
        if (answers.length === 0) throw error
        return answers.shift()
      },
    }).catch((error: unknown) => {
      log('rejected', error)
    })
  }

export const RETRIES: Program[] = [
  {
    name: 'onerror returns how long to wait',
    answers: [ending()],
    run: answering(400, 150),
    waits: [400, 150],
  },
  {
    name: 'onerror returns undefined or null: a second',
    answers: [ending()],
    run: answering(undefined, null),
    waits: [1_000, 1_000],
  },
  {
    name: 'the server says how long to wait, the last time counts, and the answer of onerror is for one time',
    // A minute that counted would be waited for.
    answers: [ending('retry: 60000\n\n'), ending('retry: 60000\n\nretry: 250\n\n'), ending()],
    run: answering(150, undefined, 400, null),
    waits: [150, 250, 400, 250],
  },
  {
    name: 'without onerror it goes on',
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
    name: 'onclose throws, onerror lets it go on, with the last ID',
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
    name: 'an ID is sent until the server takes it back',
    answers: [
      ending('retry: 150\n\n'),
      ending('id: 1\ndata: x\n\n'),
      ending('data: x\n\n'),
      ending('id: \ndata: x\n\n'),
    ],
    run: answering(undefined, undefined, undefined, undefined),
  },
  {
    name: 'a stream that stays open is left open until something ends it',
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
