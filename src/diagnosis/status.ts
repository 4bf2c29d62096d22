/** Explains statuses other than 200. */

import { EVENT_STREAM, quoted, type Context, type Finding } from './finding.ts'
import type { Head } from './observation.ts'

type Texts = Omit<Finding, 'level' | 'code'> & {
  /** Continues `fix` unless the client already reconnects after the status. */
  retry?: string
}

export function statusFinding(head: Head, method: string, { retryStatuses = [], headers = [] }: Context): Finding {
  const { status } = head
  const isRedirect = status >= 300 && status < 400
  const isAuthorized = headers.some(([name]) => name.toLowerCase() === 'authorization')
  const { retry, ...texts } =
    STATUSES[status]?.(head, method, isAuthorized) ??
    (status >= 500 ? SERVER_ERROR : isRedirect ? REDIRECT : status >= 400 ? CLIENT_ERROR : OTHER)
  return {
    code: `status-${status}`,
    level: status === 204 ? 'note' : 'error',
    ...texts,
    seen: `The server responded with status ${status}${texts.seen}`,
    fix: retry === undefined || retryStatuses.includes(status) ? texts.fix : `${texts.fix} ${retry}`,
    // Temporary errors.
    ...((status >= 500 || status === 429) && { remedy: { retryStatus: status } }),
  }
}

const SERVER_ERROR: Texts = {
  seen: ', a server error.',
  why: 'The server failed before it could stream.',
  fix: 'Check the server log.',
  retry: 'If the error is temporary, reconnect after this status.',
}
const CLIENT_ERROR: Texts = {
  seen: ': it rejects the request.',
  why: "The server doesn't accept part of the request.",
  fix: 'Check the response body and the API documentation.',
}
const REDIRECT: Texts = {
  seen: ', a redirect that was not followed.',
  why: 'It has no Location header, or following redirects is disabled.',
  fix: 'Use the URL that it redirects to.',
}
const OTHER: Texts = {
  seen: ', not 200.',
  why: 'Clients accept an event stream only with status 200.',
  fix: 'Respond with 200.',
  example: `HTTP/1.1 200 OK\n${EVENT_STREAM}`,
}

/** The texts, with `seen` continuing "The server responded with status …". */
const STATUSES: Record<number, (head: Head, method: string, isAuthorized: boolean) => Texts> = {
  204: () => ({
    seen: ' (no content).',
    why: 'A 204 means that the stream is over and clients must not reconnect.',
    fix: 'If there are more events to send, respond with 200 and the Content-Type text/event-stream.',
  }),
  400: () => ({
    seen: ' (bad request).',
    why: 'The server rejects a parameter, the request body, or its Content-Type.',
    fix: 'Check the response body. If the request body is JSON, does the request have Content-Type: application/json?',
  }),
  401: ({ headers }, _method, isAuthorized) => ({
    seen: ' (unauthorized).',
    why: `${isAuthorized ? 'The credentials of the request are wrong' : 'The request has no credentials'}, or they have expired${challengeOf(headers)}.`,
    fix: isAuthorized ? 'Check the Authorization header.' : 'Send the token with the request.',
    remedy: { header: 'Authorization: Bearer <token>' },
  }),
  403: () => ({
    seen: ' (forbidden).',
    why: 'The credentials are valid but not sufficient, or a firewall in front of the server blocks the request.',
    fix: "Check the token's permissions, the allowed origins, and protections such as CSRF.",
  }),
  404: ({ url }) => ({
    seen: ' (not found).',
    why: `The server has no route for ${quoted(pathOf(url))}.`,
    fix: 'Compare the path with the route on the server: a prefix such as /api, a trailing slash, the port.',
  }),
  405: ({ headers }, method) => ({
    seen: ' (method not allowed).',
    why: `The route does not accept ${method}${headers.allow === undefined ? '' : `, only ${headers.allow}`}.`,
    fix:
      method === 'GET'
        ? 'Many APIs stream the response to a POST: set the method and a body.'
        : 'Set a method that the route accepts.',
    ...(method === 'GET' && { remedy: { method: 'POST' } }),
  }),
  406: () => ({
    seen: ' (not acceptable).',
    why: 'The client accepts text/event-stream, which the route does not offer.',
    fix: 'Make the route offer text/event-stream. Some servers, such as MCP, require more types in the Accept header.',
    remedy: { header: 'Accept: application/json, text/event-stream' },
  }),
  415: () => ({
    seen: ' (unsupported media type).',
    why: 'The server does not accept a request body of that Content-Type.',
    fix: 'Set the Content-Type of the request body.',
    remedy: { header: 'Content-Type: application/json' },
  }),
  429: ({ headers }) => ({
    seen: ' (too many requests).',
    why: `The server limits the request rate${retryAfter(headers)}.`,
    fix: 'Wait.',
    retry: 'If you make the client reconnect after this status, it honors Retry-After.',
  }),
  502: () => ({
    seen: ' (bad gateway).',
    why: 'A proxy responded because it cannot reach the server behind it, which is down or listening elsewhere.',
    fix: 'Is the server running, on the port that the proxy is configured for?',
  }),
  503: ({ headers }) => ({
    seen: ' (service unavailable).',
    why: `The server, or a proxy in front of it, is temporarily unavailable${retryAfter(headers)}.`,
    fix: 'Is it starting or overloaded?',
    retry: 'You can make the client reconnect after this status.',
  }),
  504: () => ({
    seen: ' (gateway timeout).',
    why: 'A proxy responded because the server behind it was silent for too long.',
    fix: 'Send the response headers at once and a comment every 15 seconds, and raise the timeout of the proxy (nginx: proxy_read_timeout).',
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

function challengeOf(headers: Head['headers']): string {
  const challenge = headers['www-authenticate']
  return challenge === undefined ? '' : `; the server expects ${quoted(challenge.slice(0, 80))}`
}

function retryAfter(headers: Head['headers']): string {
  const wait = headers['retry-after']
  return wait === undefined ? '' : `; it asks clients to wait (Retry-After: ${wait.slice(0, 40)})`
}
