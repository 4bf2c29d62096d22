/** Finds problems that show over several connections. */

import { count, seconds, type Finding } from './finding.ts'
import { isEventStream } from './head.ts'
import type { Observation } from './observation.ts'

/** Responses shorter than this, in ms, count as polling. */
const SHORT_RESPONSE = 2_000
/** How often something must happen in a row to be reported. */
const MIN_REPEATS = 3
/** Connections shorter than this, in ms, are too short for a stream. */
const SHORT_CONNECTION = 20_000
/** Reconnection times below this, in ms, let clients storm the server. */
const SHORT_RETRY = 500
/** Responses with more events than this don't count as polling. */
const MAX_POLLED_EVENTS = 2

/** @param observations the last one at the end */
export function inspectConnections(observations: readonly Observation[]): Finding[] {
  const good = observations.filter(isEventStream)
  const dropped = good.filter(({ end }) => end && end.how !== 'aborted')
  const polling = inspectPolling(dropped)
  return [...(polling.length > 0 ? polling : inspectLength(dropped)), ...inspectIds(dropped), ...inspectRetry(good)]
}

function inspectPolling(dropped: Observation[]): Finding[] {
  const last = dropped.slice(-MIN_REPEATS)
  const arePolls = last.every(
    ({ head, end, text }) =>
      head &&
      end?.how === 'ended' &&
      end.at - head.at < SHORT_RESPONSE &&
      text.events > 0 &&
      text.events <= MAX_POLLED_EVENTS,
  )
  if (last.length < MIN_REPEATS || !arePolls) return []
  return [
    {
      code: 'polling',
      level: 'warning',
      seen: `The server closes the response after each event: ${count(last.length, 'time')} in a row.`,
      why: 'The client has to wait and reconnect for every event. That is polling, and events arrive late.',
      fix: 'Keep the response open after an event. Don\'t call res.end(), and don\'t return from a handler if the framework then closes the response (PHP, serverless functions, a misplaced "await" or "yield").',
      example: String.raw`setInterval(() => res.write('data: hello\n\n'), 1_000) // no res.end()`,
    },
  ]
}

/** Detects connections that never last long. */
function inspectLength(dropped: Observation[]): Finding[] {
  const last = dropped.slice(-MIN_REPEATS)
  const lengths = last.map(({ head, end }) => (head && end ? end.at - head.at : 0))
  if (last.length < MIN_REPEATS || lengths.some((length) => length >= SHORT_CONNECTION)) return []
  const longest = Math.max(...lengths)
  const isClean = last.every(({ end, text }) => end?.how === 'ended' && text.openData + text.unfinished === 0)
  // Complete responses without events have other findings.
  if (isClean && last.some(({ text }) => text.events === 0)) return []
  return [
    {
      code: 'short-connections',
      level: 'warning',
      seen: `The ${isClean ? 'server closes the response' : 'connection is lost'} again and again: ${count(last.length, 'time')} in a row, after ${seconds(longest)} at most.`,
      why: isClean
        ? 'The handler returns or calls res.end() although more events follow, or the platform limits how long a response may take.'
        : 'The server crashes or restarts, or a time limit of the server, the platform or a proxy cuts the response off.',
      fix: isClean
        ? 'Keep the response open. If the stream is complete, close it in the client at the last event, or respond with 204 to the next request.'
        : 'Check the server log at these times. Raise the time limits, and send a comment every 15 seconds if the limit is for silence.',
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
      seen: `The connection ended ${count(dropped.length, 'time')}, and the stream sent no event IDs.`,
      why: 'With IDs, a reconnecting client names the last event it received (in the header Last-Event-ID), and the server can send the rest. Without them, events in between are lost, or all events are sent again.',
      fix: 'Give each event an ID, and resume after the one in the request.',
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
      seen: `The server tells clients to reconnect ${retry === 0 ? 'at once' : `after ${seconds(retry)}`} (retry: ${retry}).`,
      why: 'retry is in milliseconds, not seconds. When the server is down, all of its clients reconnect at that rate.',
      fix: 'Use at least one second.',
      example: String.raw`res.write('retry: 3000\n\n')`,
    },
  ]
}
