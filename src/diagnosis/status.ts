/** What it means when the status is not 200. */

import { EVENT_STREAM, quoted, type Finding } from './finding.ts'
import type { Head } from './observation.ts'

type Words = Omit<Finding, 'level' | 'code'>

/** What is to be said of a status other than 200. */
export function ofStatus(head: Head, method: string): Finding {
  const { status } = head
  const isRedirect = status >= 300 && status < 400
  const words =
    STATUSES[status]?.(head, method) ??
    (status >= 500 ? SERVER_ERROR : isRedirect ? REDIRECT : status >= 400 ? CLIENT_ERROR : OTHER)
  return {
    code: `status-${status}`,
    level: status === 204 ? 'note' : 'error',
    ...words,
    seen: `The server answered with the status ${status}${words.seen}`,
  }
}

const SERVER_ERROR: Words = {
  seen: ', an error of its own.',
  why: 'The code of the server has failed before it could stream.',
  fix: 'Read the log of the server. Against errors that pass, reconnect after this status.',
}
const CLIENT_ERROR: Words = {
  seen: ': it refuses the request.',
  why: 'Something in the request is not as the server wants it.',
  fix: 'Read what the server says in the body of its answer, and the documentation of its API.',
}
const REDIRECT: Words = {
  seen: ', a redirect that has not been followed.',
  why: 'There is no Location in it, or redirects were not to be followed.',
  fix: 'Use the URL that it leads to.',
}
const OTHER: Words = {
  seen: ', not 200.',
  why: 'Only a response with the status 200 is an event stream.',
  fix: 'Answer with 200.',
  example: `HTTP/1.1 200 OK\n${EVENT_STREAM}`,
}

/** What follows "The server answered with the status …". */
const STATUSES: Record<number, (head: Head, method: string) => Words> = {
  204: () => ({
    seen: ' (no content).',
    why: 'That is how a server says that the stream is over and that nobody should reconnect.',
    fix: 'If there are to be events, answer with 200 and the Content-Type text/event-stream.',
  }),
  400: () => ({
    seen: ' (bad request).',
    why: 'The server does not understand the request: a parameter, the body, or its Content-Type.',
    fix: 'Read what it says in the body of its answer. Is the body JSON, and does the request say Content-Type: application/json?',
  }),
  401: ({ headers }) => ({
    seen: ' (unauthorized).',
    why: `The request carries no login, or one that has expired${wanted(headers)}.`,
    fix: 'Send the token along with the request. (The EventSource of browsers cannot send headers; this one can.)',
    example: 'Authorization: Bearer <token>',
  }),
  403: () => ({
    seen: ' (forbidden).',
    why: 'The server knows who asks, and does not allow it; or a firewall before it refuses the request.',
    fix: 'Look at the rights of the token, at the allowed origins, and at protections such as CSRF.',
  }),
  404: ({ url }) => ({
    seen: ' (not found).',
    why: `There is nothing at ${quoted(pathOf(url))} on this server.`,
    fix: 'Compare the path with the route on the server: a prefix such as /api, the slash at the end, the port.',
  }),
  405: ({ headers }, method) => ({
    seen: ' (method not allowed).',
    why: `The route does not take ${method}${headers.allow === undefined ? '' : `, but ${headers.allow}`}.`,
    fix:
      method === 'GET'
        ? 'Many APIs stream the answer to a POST: set the method and a body.'
        : 'Set the method that the route takes.',
  }),
  406: () => ({
    seen: ' (not acceptable).',
    why: 'The client asks for text/event-stream, and the server says that it does not make that.',
    fix: 'On the server, let the route make text/event-stream. Some, such as MCP, want more in the header Accept.',
    example: 'Accept: application/json, text/event-stream',
  }),
  415: () => ({
    seen: ' (unsupported media type).',
    why: 'The server does not read a body of that Content-Type.',
    fix: 'Say what the body is.',
    example: 'Content-Type: application/json',
  }),
  429: ({ headers }) => ({
    seen: ' (too many requests).',
    why: `The server limits how often it may be asked${after(headers)}.`,
    fix: 'Wait. A client that reconnects should be told to do so after this status, and honours Retry-After.',
  }),
  502: () => ({
    seen: ' (bad gateway).',
    why: 'A proxy answered, for it cannot reach the server behind it: that is down, or listens elsewhere.',
    fix: 'Is the server running, and on the port that the proxy knows?',
  }),
  503: ({ headers }) => ({
    seen: ' (service unavailable).',
    why: `The server, or a proxy before it, cannot serve just now${after(headers)}.`,
    fix: 'Is it starting or overloaded? A client may be told to reconnect after this status.',
  }),
  504: () => ({
    seen: ' (gateway timeout).',
    why: 'A proxy answered, for the server behind it was silent for too long.',
    fix: 'Send the head of the response at once and a comment every 15 seconds, and raise the time limit of the proxy (nginx: proxy_read_timeout).',
    example: String.raw`res.flushHeaders(); setInterval(() => res.write(':\n\n'), 15_000)`,
  }),
}

function pathOf(url: string): string {
  try {
    return new URL(url).pathname
  } catch {
    return url
  }
}

function wanted(headers: Head['headers']): string {
  const challenge = headers['www-authenticate']
  return challenge === undefined ? '' : `; it wants ${quoted(challenge.slice(0, 80))}`
}

function after(headers: Head['headers']): string {
  const wait = headers['retry-after']
  return wait === undefined ? '' : `; it asks to come back later (Retry-After: ${wait.slice(0, 40)})`
}
