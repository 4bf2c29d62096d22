/** What the original does that nobody can want, and what ours does instead: how such a point is shown. */

import type { fetchEventSource } from 'everysource/fetch-event-source'
import type { Kit, Program, Story } from './story.ts'

type Ours = typeof fetchEventSource
export type OurKit = Kit<Ours>
export type Init = NonNullable<Parameters<Ours>[1]>

export interface Mended extends Program<Ours> {
  /** What the story comes down to. */
  shows: (story: Story) => unknown
  original: unknown
  ours: unknown
  /** Where there is something to see; everywhere if not said. */
  only?: 'node'
}

/**
 * Writes all calls down.
 *
 * @param goesOn how often it is to go on after an end, and after a failure, such an end included
 */
export const run =
  (init: Init = {}, goesOn: { ends?: number; failures?: number } = {}) =>
  async ({ fetchEventSource, url, log }: OurKit): Promise<void> => {
    let { ends = 0, failures = 3 } = goesOn
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
export function calls(story: Story): unknown[] {
  return story.calls.map(([call]) => call)
}

/** The messages, or one member of each. */
export function messages(story: Story, member: string): unknown[] {
  return story.calls
    .filter(([call]) => call === 'onmessage')
    .map(([, message]) => (message as Record<string, unknown>)[member])
}

/** A header of each request; null where it has none. */
export function sent({ requests }: Story, header: string): unknown[] {
  return requests.map(({ headers }) => headers[header] ?? null)
}
