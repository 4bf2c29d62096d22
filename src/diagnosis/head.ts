/** What is wrong with the head of a response. */

import { mimeEssence } from '../connection/response.ts'
import { EVENT_STREAM, ONE_EVENT, quoted, type Finding } from './finding.ts'
import type { Head, Observation } from './observation.ts'
import { ofStatus } from './status.ts'

/** Answers that have a page, or JSON, in the place of the stream. */
export function inspectHead({ head, method, text }: Observation): Finding[] {
  if (!head) return []
  if (head.status !== 200) return [ofStatus(head, method)]
  const given = head.headers['content-type']
  if (mimeEssence(given ?? '') === 'text/event-stream') return ofGoodHead(head)
  const words = ofContentType(given, head, text.fields.data > 0, text.beginning)
  return [{ code: 'content-type', level: 'error', ...words }]
}

/** Whether it was accepted as an event stream. */
export function isEventStream({ head }: Observation): boolean {
  return head?.status === 200 && mimeEssence(head.headers['content-type'] ?? '') === 'text/event-stream'
}

function ofContentType(
  given: string | undefined,
  head: Head,
  isFramed: boolean,
  beginning: string,
): Omit<Finding, 'level' | 'code'> {
  const type = given === undefined ? undefined : (mimeEssence(given) ?? given)
  const label = type === undefined ? 'no Content-Type at all' : `the Content-Type ${quoted(type)}`
  if (isFramed) {
    return {
      seen: `The server sends what looks like an event stream, but with ${label}.`,
      why: 'A client reads a response as an event stream only if the server says that it is one.',
      fix: 'Set the header before the first write.',
      example: EVENT_STREAM,
    }
  }
  if (type === 'text/html' || /^\s*<(?:!doctype|html)/i.test(beginning)) {
    const title = /<title[^>]*>([^<]{1,80})/i.exec(beginning)?.[1]?.trim()
    const name = title === undefined ? 'a web page' : `a web page, ${quoted(title)},`
    if (isLogin(head.url, beginning)) {
      return {
        seen: `The server sent ${name} in place of the event stream${head.redirected ? `, from ${shortly(head.url)}` : ''}.`,
        why: 'It looks like a page to sign in: the request carries no login that the server accepts.',
        fix: 'Send the token or the cookie that the server wants along with the request. A server of events should answer 401 without one, not lead to a page.',
        example: 'Authorization: Bearer <token>',
      }
    }
    return {
      seen: `The server sent ${name} in place of an event stream.`,
      why: 'The URL is that of a page, or no route of the server matches it and an app or a proxy answers with its own page.',
      fix: 'Look at the path of the URL, and at the order of the routes on the server: that of the events must come before one that catches everything.',
    }
  }
  if (type?.includes('json')) {
    return {
      seen: `The server sent JSON (${type}) in place of an event stream.`,
      why: 'It answers once, or sends lines of JSON, but an event stream is text of its own kind: each event is a line that begins with "data:", and a blank line.',
      fix: 'If the API has a switch for streaming, such as "stream": true in the body, set it. On a server of your own, set the Content-Type and write each object as an event.',
      example: String.raw`res.write('data: ' + JSON.stringify(object) + '\n\n')`,
    }
  }
  return {
    seen: `The server sent ${label} instead of text/event-stream.`,
    why: 'A client reads a response as an event stream only if the server says that it is one, in exactly these letters.',
    fix: 'Set the header before the first write, and write events.',
    example: `${EVENT_STREAM}\n${ONE_EVENT}`,
  }
}

function isLogin(url: string, beginning: string): boolean {
  return /(?:log|sign)-?in|\bsso\b|\bauth/i.test(url.split('?')[0] ?? '') || /type=["']?password/i.test(beginning)
}

/** Origin and path: the query may hold secrets. */
function shortly(url: string): string {
  return url.split(/[?#]/)[0] ?? url
}

/** Where nothing was refused. */
function ofGoodHead({ headers }: Head): Finding[] {
  const findings: Finding[] = []
  const charset = /charset\s*=\s*"?([^\s";]+)/i.exec(headers['content-type'] ?? '')?.[1]
  if (charset !== undefined && !/^utf-?8$/i.test(charset)) {
    findings.push({
      code: 'charset',
      level: 'warning',
      seen: `The Content-Type names the charset ${quoted(charset)}.`,
      why: 'An event stream is always read as UTF-8; the charset is ignored.',
      fix: 'Write UTF-8, and leave the charset out.',
      example: EVENT_STREAM,
    })
  }
  if (headers['content-length'] !== undefined) {
    findings.push({
      code: 'content-length',
      level: 'warning',
      seen: `The response has a Content-Length, ${headers['content-length'].slice(0, 20)}.`,
      why: 'It is over after that many bytes, so it was made as a whole before it was sent. A stream has no length.',
      fix: 'Do not collect the events and send them at the end: write each one when it happens.',
      example: ONE_EVENT,
    })
  }
  if (headers.age !== undefined || /\bhit\b/i.test(headers['x-cache'] ?? '')) {
    findings.push({
      code: 'cached',
      level: 'warning',
      seen: 'The response comes from a cache.',
      why: 'A cache before the server keeps an old stream and answers with it.',
      fix: 'Forbid it.',
      example: 'Cache-Control: no-cache, no-transform',
    })
  }
  return findings
}
