/** What is wrong with when things come. */

import { count, EVENT_STREAM, ONE_EVENT, seconds, type Circumstances, type Finding } from './finding.ts'
import type { Observation } from './observation.ts'

/** How long in ms nothing may come before it is worth a word. */
const PATIENCE = 5_000
/** What is shorter looks like no delay. */
const NOTICEABLE = 1_000
/** What comes within it came at once. */
const AT_ONCE = 250
/** Lumps that make a habit, and events in each that make it a lump. */
const HABIT = 3

export function inspectTime(observation: Observation, { now }: Circumstances): Finding[] {
  const { requestedAt, head, end, text } = observation
  if (!head) return !end && now - requestedAt >= PATIENCE ? [noHead(now - requestedAt)] : []
  if (text.bytes === 0) return inspectSilence(observation, now)
  if (text.lines > 0 && text.comments + text.blankLines === text.lines && now - head.at >= PATIENCE && !end) {
    return [onlyComments(text.comments, now - head.at)]
  }
  return [...inspectLumps(observation), ...atTheEnd(observation)]
}

function noHead(waited: number): Finding {
  return {
    code: 'no-head',
    level: 'warning',
    seen: `The connection stands, or is being made, but no response has begun for ${seconds(waited)}.`,
    why: 'Either the server is not reached; or it sends the head of its response only with the first event; or something before it (a proxy, compression) keeps the response until there is more of it.',
    fix: 'Send the head at once, and a comment with it.',
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
        why: 'The server has nothing to send and ends the response, or its code failed after it had sent the head.',
        fix: 'Keep the response open, and write events when they happen. Look into the log of the server.',
        example: ONE_EVENT,
      },
    ]
  }
  const waited = now - head.at
  if (end || waited < PATIENCE) return []
  const why = `Either nothing has happened on the server yet; or it writes, and ${holder(head.headers) ?? 'something on the way (compression, a proxy such as nginx, a framework)'} keeps the bytes until there are more of them.`
  return [
    {
      code: 'silent',
      level: 'warning',
      seen: `The server has answered with an event stream, but has sent no byte for ${seconds(waited)}.`,
      why,
      fix: 'Send a comment at once and every 15 seconds: if it does not come through, something holds it back. Flush after each write where the framework or its compression has a way to (res.flush()), and switch buffering off in the proxy.',
      example: String.raw`res.setHeader('X-Accel-Buffering', 'no'); res.write(':\n\n')`,
    },
  ]
}

function onlyComments(comments: number, waited: number): Finding {
  return {
    code: 'only-comments',
    level: 'note',
    seen: `${count(comments, 'comment')} came in ${seconds(waited)}, but no event.`,
    why: 'The connection works, bytes come through: nothing has happened on the server, or this client is not subscribed to it.',
    fix: 'Make something happen on the server. Is this the channel, the topic, the user that it happens to?',
  }
}

/** Again and again nothing, then several events at once. */
function inspectLumps({ lumps, head }: Observation): Finding[] {
  const full = lumps.filter(({ events }) => events >= HABIT)
  if (full.length < HABIT || full.length < lumps.length * 0.6) return []
  const pause = median(lumps.slice(1).map((lump, i) => lump.at - (lumps[i]?.last ?? lump.at)))
  if (pause < NOTICEABLE) return []
  const holds = head && holder(head.headers)
  const isCut = full.filter((lump) => lump.isCut).length >= 2
  return [
    {
      code: 'lumps',
      level: holds !== undefined || isCut ? 'warning' : 'note',
      seen: `Events come in lumps: about ${median(full.map(({ events }) => events))} at once, ${seconds(pause)} apart${isCut ? ', and the lumps end in the middle of an event' : ''}.`,
      why: isCut
        ? `A buffer is being filled and passed on when it is full: by ${holds ?? 'compression, a proxy such as nginx, or the server itself'}.`
        : `If the server writes them one by one, ${holds ?? 'compression, a proxy such as nginx, or the server itself'} collects them on the way. If it looks for news only now and then, all is well.`,
      ...UNBUFFERED,
    },
  ]
}

/** Everything comes in the moment of the end, after a long time. */
function atTheEnd({ requestedAt, lumps, end, text, head }: Observation): Finding[] {
  const [first] = lumps
  const last = lumps.at(-1)
  if (!first || !last || end?.how !== 'ended' || text.events < 2) return []
  const waited = first.at - requestedAt
  if (waited < NOTICEABLE || last.last - first.at > AT_ONCE || end.at - last.last > AT_ONCE) return []
  const holds = head && holder(head.headers)
  return [
    {
      code: 'at-the-end',
      level: 'warning',
      seen: `Nothing came for ${seconds(waited)}, then all ${text.events} events at once, and the end.`,
      why: `Something collects the response and passes it on when it is complete: ${holds ?? 'compression, a proxy such as nginx, a serverless platform, or code that builds the whole answer before it sends it'}.`,
      ...UNBUFFERED,
    },
  ]
}

const UNBUFFERED = {
  fix: 'Flush after each event, exclude text/event-stream from compression, and switch buffering off in the proxy.',
  example: `${EVENT_STREAM}\nCache-Control: no-cache, no-transform\nX-Accel-Buffering: no`,
}

/** What the headers say stands in the way. */
function holder(headers: Readonly<Record<string, string>>): string | undefined {
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
