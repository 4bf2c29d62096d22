/** Fixes: bugs of the original, shown with both packages. */

import type { fetchEventSource } from 'everysource/fetch-event-source'
import type { Kit, Program, Recording } from './scenario.ts'

type Ours = typeof fetchEventSource
export type OurKit = Kit<Ours>
export type Init = NonNullable<Parameters<Ours>[1]>

export interface Fix extends Program<Ours> {
  /** The part of the recording that shows the bug. */
  shows: (recording: Recording) => unknown
  original: unknown
  ours: unknown
  /** The only place where it shows; everywhere by default. */
  only?: 'node'
}

/**
 * Records all calls.
 *
 * @param retries how often to retry after an end, and after any failure, ends included
 */
export const run =
  (init: Init = {}, retries: { ends?: number; failures?: number } = {}) =>
  async ({ fetchEventSource, url, log }: OurKit): Promise<void> => {
    let { ends = 0, failures = 3 } = retries
    await fetchEventSource(url, {
      onmessage(ev) {
        log('onmessage', ev)
      },
      onclose() {
        log('onclose')
        if (ends-- > 0) throw new Error('once more')
      },
      onerror(error) {
        log('onerror', error)
        if (failures-- === 0) throw error
        return 150
      },
      ...init,
    }).then(
      () => {
        log('resolved')
      },
      (error: unknown) => {
        log('rejected', error)
      },
    )
  }

/** The names of the calls, in order. */
export function calls(recording: Recording): unknown[] {
  return recording.calls.map(([call]) => call)
}

/** The messages, or one member of each. */
export function messages(recording: Recording, member: string): unknown[] {
  return recording.calls
    .filter(([call]) => call === 'onmessage')
    .map(([, message]) => (message as Record<string, unknown>)[member])
}

/** A header of each request; null where it has none. */
export function sent({ requests }: Recording, header: string): unknown[] {
  return requests.map(({ headers }) => headers[header] ?? null)
}
