/** Finds problems in the head of a response. */

import { mimeEssence } from '../connection/response.ts'
import { EVENT_STREAM, ONE_EVENT, quoted, type Context, type Finding } from './finding.ts'
import type { Head, Observation } from './observation.ts'
import { statusFinding } from './status.ts'

/** Inspects the status and the headers. */
export function inspectHead({ head, method, text }: Observation, context: Context): Finding[] {
  if (!head) return []
  if (head.status !== 200) return [statusFinding(head, method, context)]
  const given = head.headers['content-type']
  if (mimeEssence(given ?? '') === 'text/event-stream') return inspectHeaders(head)
  const words = contentTypeFinding(given, head, text.fields.data > 0, text.beginning)
  return [{ code: 'content-type', level: 'error', ...words }]
}

/** Whether the client accepts the response as an event stream. */
export function isEventStream({ head }: Observation): boolean {
  return head?.status === 200 && mimeEssence(head.headers['content-type'] ?? '') === 'text/event-stream'
}

function contentTypeFinding(
  given: string | undefined,
  head: Head,
  isFramed: boolean,
  beginning: string,
): Omit<Finding, 'level' | 'code'> {
  const type = given === undefined ? undefined : (mimeEssence(given) ?? given)
  const label = type === undefined ? 'no Content-Type' : `the Content-Type ${quoted(type)}`
  if (isFramed) {
    return {
      seen: `The response looks like an event stream, but has ${label}.`,
      why: 'Clients accept an event stream only with the Content-Type text/event-stream.',
      fix: 'Set the header before the first write.',
      example: EVENT_STREAM,
    }
  }
  if (type === 'text/html' || /^\s*<(?:!doctype|html)/i.test(beginning)) {
    const title = /<title[^>]*>([^<]{1,80})/i.exec(beginning)?.[1]?.trim()
    const name = title === undefined ? 'a web page' : `a web page (${quoted(title)})`
    if (isLogin(head.url, beginning)) {
      return {
        seen: `The server sent ${name} instead of an event stream${head.redirected ? `, from ${withoutQuery(head.url)}` : ''}.`,
        why: 'It looks like a login page: the request has no credentials that the server accepts.',
        fix: 'Send the required token or cookie with the request. An event stream endpoint should respond with 401 instead of redirecting to a page.',
        remedy: { header: 'Authorization: Bearer <token>' },
      }
    }
    return {
      seen: `The server sent ${name} instead of an event stream.`,
      why: 'The URL is that of a page, or no route matches it and an app or a proxy responds with its own page.',
      fix: 'Check the path of the URL and the order of the routes on the server: the event stream route must come before any catch-all route.',
    }
  }
  if (type?.includes('json')) {
    return {
      seen: `The server sent JSON (${type}) instead of an event stream.`,
      why: 'The server sends a single JSON response or JSON lines. In an event stream, each event is a line that begins with "data:", followed by a blank line.',
      fix: 'If the API has a streaming option, such as "stream": true in the body, set it. If the server is yours, set the Content-Type and write each object as an event.',
      example: String.raw`res.write('data: ' + JSON.stringify(object) + '\n\n')`,
    }
  }
  return {
    seen:
      type === undefined
        ? 'The response has no Content-Type.'
        : `The server sent ${label} instead of text/event-stream.`,
    why: 'Clients accept an event stream only with exactly that Content-Type.',
    fix: 'Set the header before the first write, and write events.',
    example: `${EVENT_STREAM}\n${ONE_EVENT}`,
  }
}

function isLogin(url: string, beginning: string): boolean {
  return /(?:log|sign)-?in|\bsso\b|\bauth/i.test(url.split('?')[0] ?? '') || /type=["']?password/i.test(beginning)
}

/** Returns origin and path only, because the query may hold secrets. */
function withoutQuery(url: string): string {
  return url.split(/[?#]/)[0] ?? url
}

/** Inspects the headers of an accepted response. */
function inspectHeaders({ headers }: Head): Finding[] {
  const findings: Finding[] = []
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    findings.push({
      code: 'charset',
      level: 'warning',
      seen: `The Content-Type declares the charset ${quoted(charset)}.`,
      why: 'An event stream is always decoded as UTF-8. The charset is ignored.',
      fix: 'Send UTF-8, and omit the charset.',
      example: EVENT_STREAM,
    })
  }
  if (headers['content-length'] !== undefined) {
    findings.push({
      code: 'content-length',
      level: 'warning',
      seen: `The response has a Content-Length of ${headers['content-length'].slice(0, 20)}.`,
      why: 'It ends after that many bytes, so it was complete before it was sent. A stream has no length.',
      fix: 'Write each event when it happens, instead of collecting events and sending them at the end.',
      example: ONE_EVENT,
    })
  }
  if (headers.age !== undefined || /\bhit\b/i.test(headers['x-cache'] ?? '')) {
    findings.push({
      code: 'cached',
      level: 'warning',
      seen: 'The response comes from a cache.',
      why: 'A cache in front of the server responds with an old stream.',
      fix: 'Disable caching for the stream.',
      example: 'Cache-Control: no-cache, no-transform',
    })
  }
  return findings
}
