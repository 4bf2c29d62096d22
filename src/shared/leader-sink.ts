/** The sink of the leader's connection: enters everything in the log, which delivers it in all contexts. */

import { hasDocument, type ConnectionError, type ConnectionSink, type Dispatcher } from './core.ts'
import type { Member } from './member-types.ts'
import type { Entry, PlainError } from './protocol.ts'

/** Browsers cancel the requests of a page that is left before the page learns that: 7 ms, and more on a busy machine. In ms. */
const LEAVING = 300

/**
 * @param deliver fires the event of an entry here. Resolves when it has been dispatched
 * @param isLost whether the connection is still lost: it was not closed or reconnected
 */
export function createLeaderSink(
  member: Member,
  dispatcher: Dispatcher,
  deliver: (entry: Entry, error?: ConnectionError) => Promise<void> | undefined,
  isLost: () => boolean,
  aborted: () => void,
): ConnectionSink {
  const enter = (entry: Entry, error?: ConnectionError): Promise<void> =>
    new Promise((resolve) => {
      member.commit(entry, () => {
        resolve(deliver(entry, error))
      })
    })

  return {
    /** All members have the messages up to this one. */
    get lastEventId() {
      return member.log.lastEventId
    },
    open(_response, origin) {
      void enter(['open', origin])
    },
    message(...[type, data, lastEventId]) {
      const entry: Entry = ['message', type, data, lastEventId]
      // Without a promise for each message.
      member.commit(entry, () => void deliver(entry))
    },
    id(lastEventId) {
      void enter(['id', lastEventId])
    },
    comment(text) {
      member.commit(undefined, () => {
        dispatcher.comment(text)
      })
    },
    backpressure(bytes) {
      member.flush()
      return dispatcher.backpressure(bytes)
    },
    demand: () => undefined,
    deciding: () => enter(['connecting']),
    async lost(error, delay) {
      if (error.reason === 'network' && hasDocument()) {
        await new Promise((resolve) => setTimeout(resolve, LEAVING))
        if (!isLost()) return
      }
      await enter(['lost', plainError(error), delay], error)
    },
    failed: (error) => enter(['failed', plainError(error)], error),
    aborted,
  }
}

/** Leaves out what may be secret. */
function plainError({
  message,
  reason,
  status,
  code,
  retryAfter,
  attempt,
  endedMidEvent,
}: ConnectionError): PlainError {
  return { message, reason, status, code, retryAfter, attempt, endedMidEvent }
}
