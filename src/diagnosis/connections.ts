/** What is wrong with how connections begin and end, one after another. */

import { count, seconds, type Finding } from './finding.ts'
import { isEventStream } from './head.ts'
import type { Observation } from './observation.ts'

/** How long in ms a response takes that is no stream, but an answer. */
const BRIEF = 2_000
/** How many make a habit. */
const HABIT = 3
/** A reconnection time in ms that lets clients storm. */
const SHORT_RETRY = 500
/** Events that an answer of a server that is polled has at the most. */
const FEW_EVENTS = 2

/** What shows only over several connections, the last one at the end. */
export function inspectConnections(observations: readonly Observation[]): Finding[] {
  const good = observations.filter(isEventStream)
  const dropped = good.filter(({ end }) => end && end.how !== 'aborted')
  return [...inspectPolling(dropped), ...inspectIds(dropped), ...inspectRetry(good)]
}

function inspectPolling(dropped: Observation[]): Finding[] {
  const last = dropped.slice(-HABIT)
  const arePolls = last.every(
    ({ head, end, text }) =>
      head && end?.how === 'ended' && end.at - head.at < BRIEF && text.events > 0 && text.events <= FEW_EVENTS,
  )
  if (last.length < HABIT || !arePolls) return []
  return [
    {
      code: 'polling',
      level: 'warning',
      seen: `The server ends the response after each event: ${count(last.length, 'time')} in a row.`,
      why: 'The client must connect anew for every event, and waits before it does: that is polling, and events come late.',
      fix: 'Leave the response open after an event: no res.end(), no return from a handler whose framework then ends it (PHP, serverless functions, "await" and "yield" in the wrong place).',
      example: String.raw`setInterval(() => res.write('data: hello\n\n'), 1_000) // and no res.end()`,
    },
  ]
}

function inspectIds(dropped: Observation[]): Finding[] {
  const events = dropped.reduce((sum, { text }) => sum + text.events, 0)
  const withId = dropped.reduce((sum, { text }) => sum + text.eventsWithId, 0)
  if (dropped.length < 2 || events === 0 || withId > 0) return []
  return [
    {
      code: 'no-ids',
      level: 'note',
      seen: `The connection ended ${count(dropped.length, 'time')}, and no event had an id.`,
      why: 'With ids, the client says on its return which event it saw last (the header Last-Event-ID), and the server can send the rest. Without, what happens in between is lost, or everything comes again.',
      fix: 'Give each event an id, and begin after the one that the request names.',
      example: String.raw`res.write('id: 7\ndata: hello\n\n') // and read request.headers['last-event-id']`,
    },
  ]
}

function inspectRetry(good: Observation[]): Finding[] {
  const retry = good.at(-1)?.text.retry
  if (retry === undefined || retry >= SHORT_RETRY) return []
  return [
    {
      code: 'short-retry',
      level: 'warning',
      seen: `The server asks clients to come back ${retry === 0 ? 'at once' : `after ${seconds(retry)}`} (retry: ${retry}).`,
      why: 'retry counts milliseconds, not seconds. When the server is down, all of its clients ask again at that pace.',
      fix: 'Ask for a second at least.',
      example: String.raw`res.write('retry: 3000\n\n')`,
    },
  ]
}
