/** Finds problems in the arrival times of a response. */

import { count, EVENT_STREAM, ONE_EVENT, seconds, type Context, type Finding } from './finding.ts'
import type { Observation } from './observation.ts'

/** Report silence after this many ms. */
const SILENCE = 5_000
/** Shorter waits, in ms, don't look like a delay. */
const NOTICEABLE = 1_000
/** Events within this time, in ms, arrived at once. */
const AT_ONCE = 250
/** Minimum number of bursts, and of events in each. */
const MIN_REPEATS = 3

export function inspectTime(observation: Observation, { now }: Context): Finding[] {
  const { requestedAt, head, end, text } = observation
  if (!head) return !end && now - requestedAt >= SILENCE ? [noHead(now - requestedAt)] : []
  if (text.bytes === 0) return inspectSilence(observation, now)
  if (text.lines > 0 && text.comments + text.blankLines === text.lines && now - head.at >= SILENCE && !end) {
    return [onlyComments(text.comments, now - head.at)]
  }
  return [...inspectBursts(observation), ...inspectEnd(observation)]
}

function noHead(waited: number): Finding {
  return {
    code: 'no-head',
    level: 'warning',
    seen: `No response after ${seconds(waited)}.`,
    why: 'The server is unreachable, or it sends the response headers only with the first event, or a proxy or compression in front of it buffers the response.',
    fix: 'Send the headers at once, followed by a comment.',
    example: String.raw`res.writeHead(200, { 'Content-Type': 'text/event-stream' }); res.write(':\n\n')`,
  }
}

function inspectSilence({ head, end }: Observation, now: number): Finding[] {
  if (!head) return []
  if (end?.how === 'ended') {
    return [
      {
        code: 'empty',
        level: 'error',
        seen: 'The response ended without a single byte.',
        why: 'The server closes the response when it has nothing to send, or it failed after sending the headers.',
        fix: 'Keep the response open, and write events when they happen. Check the server log.',
        example: ONE_EVENT,
      },
    ]
  }
  const waited = now - head.at
  if (end || waited < SILENCE) return []
  const why = `Either nothing has happened on the server yet, or ${bufferOf(head.headers) ?? 'compression, a proxy such as nginx, or a framework'} is buffering its output.`
  return [
    {
      code: 'silent',
      level: 'warning',
      seen: `The server started an event stream, but has sent nothing for ${seconds(waited)}.`,
      why,
      fix: 'Send a comment at once and every 15 seconds. If it does not arrive, something is buffering it. Flush after each write if the framework or its compression supports that (res.flush()), and turn buffering off in the proxy.',
      example: String.raw`res.setHeader('X-Accel-Buffering', 'no'); res.write(':\n\n')`,
    },
  ]
}

function onlyComments(comments: number, waited: number): Finding {
  return {
    code: 'only-comments',
    level: 'note',
    seen: `Received ${count(comments, 'comment')} in ${seconds(waited)}, but no events.`,
    why: 'The connection works. Either nothing has happened on the server, or this client is not subscribed to it.',
    fix: 'Trigger an event on the server. Is the client subscribed to the right channel, topic or user?',
  }
}

/** Detects repeated pauses, each followed by several events at once. */
function inspectBursts({ bursts, head }: Observation): Finding[] {
  const full = bursts.filter(({ events }) => events >= MIN_REPEATS)
  if (full.length < MIN_REPEATS || full.length < bursts.length * 0.6) return []
  const pause = median(bursts.slice(1).map((burst, i) => burst.at - (bursts[i]?.last ?? burst.at)))
  if (pause < NOTICEABLE) return []
  const buffer = head && bufferOf(head.headers)
  const cutsEvents = full.filter(({ endsMidLine }) => endsMidLine).length >= 2
  return [
    {
      code: 'bursts',
      level: buffer !== undefined || cutsEvents ? 'warning' : 'note',
      seen: `Events arrive in bursts: about ${median(full.map(({ events }) => events))} at once, ${seconds(pause)} apart${cutsEvents ? ', and the bursts end in the middle of an event' : ''}.`,
      why: cutsEvents
        ? `A buffer is sent each time it fills up, by ${buffer ?? 'compression, a proxy such as nginx, or the server itself'}.`
        : `If the server writes them one by one, ${buffer ?? 'compression, a proxy such as nginx, or the server itself'} is buffering them. If the server checks for events only at intervals, nothing is wrong.`,
      ...UNBUFFERED,
    },
  ]
}

/** Detects a response that arrives all at once, at its end. */
function inspectEnd({ requestedAt, bursts, end, text, head }: Observation): Finding[] {
  const [first] = bursts
  const last = bursts.at(-1)
  if (!first || !last || end?.how !== 'ended' || text.events < 2) return []
  const waited = first.at - requestedAt
  if (waited < NOTICEABLE || last.last - first.at > AT_ONCE || end.at - last.last > AT_ONCE) return []
  const buffer = head && bufferOf(head.headers)
  return [
    {
      code: 'all-at-end',
      level: 'warning',
      seen: `Nothing arrived for ${seconds(waited)}, then all ${text.events} events at once, and the response ended.`,
      why: `The whole response is buffered until it is complete, by ${buffer ?? 'compression, a proxy such as nginx, a serverless platform, or code that builds the whole response before it sends it'}.`,
      ...UNBUFFERED,
    },
  ]
}

const UNBUFFERED = {
  fix: 'Flush after each event, exclude text/event-stream from compression, and turn buffering off in the proxy.',
  example: `${EVENT_STREAM}\nCache-Control: no-cache, no-transform\nX-Accel-Buffering: no`,
}

/** Names the likely buffer, judging by the headers. */
function bufferOf(headers: Readonly<Record<string, string>>): string | undefined {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') {
    return `the compression (Content-Encoding: ${encoding.slice(0, 20)})`
  }
  if (headers.via !== undefined) return `a proxy (Via: ${headers.via.slice(0, 60)})`
  if (/nginx|cloudflare|apache|caddy|haproxy|envoy|varnish/i.test(headers.server ?? '')) {
    return `a proxy (Server: ${headers.server?.slice(0, 40) ?? ''})`
  }
  return undefined
}

function median(numbers: number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
