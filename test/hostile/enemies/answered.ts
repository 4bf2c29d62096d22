/** Enemies that lead requests elsewhere, and those that have them come again and again. */

import assert from 'node:assert/strict'
import { head, redirect, stream, streamAndEnd } from './answers.ts'
import { type Enemy, type Seen, SECRET, type Visit } from './enemy.ts'

const STATUSES = [301, 302, 303, 307, 308]

const SECRETS = { Authorization: `Bearer ${SECRET}`, Cookie: `session=${SECRET}`, 'Proxy-Authorization': SECRET }

/** Where no redirect may lead. */
const NOWHERE = [
  'file:///etc/passwd',
  'file://localhost/etc/passwd',
  'data:text/event-stream,data:%20x%0A%0A',
  'data:text/event-stream;base64,ZGF0YTogeAoK',
  'blob:null/6b3c0b1e-0000-4000-8000-000000000000',
  'javascript:alert(1)',
  'about:blank',
  'ftp://127.0.0.1/stream',
  'node:fs',
  'http://',
  'http://[',
  'http://127.0.0.1:99999/',
]

/** Leads to another server, which streams. */
const leadTo =
  (where: 'other' | 'main') =>
  ({ socket, source, rest, origins, base }: Visit): void => {
    if (rest === '/there') stream(socket, 'data: there\n\n')
    else redirect(socket, STATUSES[source] ?? 302, `${origins[where]}${base}/there`)
  }

const keepsSecrets = ({ requests }: Seen): void => {
  const [here, there] = [requests.filter(({ rest }) => rest === ''), requests.filter(({ rest }) => rest !== '')]
  // The first request tells that there was a secret to keep.
  for (const { head } of here) assert.ok(tellsSecret(head))
  assert.equal(there.length, STATUSES.length)
  for (const { head } of there) assert.ok(!tellsSecret(head), `another origin was told: ${head}`)
}

const goesNowhere = ({ requests }: Seen): void => {
  assert.deepEqual(
    requests.filter(({ rest }) => rest !== ''),
    [],
  )
}

const endless = ({ socket, rest, base }: Visit): void => {
  redirect(socket, 307, `${base}/${Number(rest.slice(1)) + 1}`)
}

const REDIRECTED = { kind: 'brief', sources: STATUSES.length, until: { messages: 1 } } as const

/** In the quick run a storm is watched for so many ms. */
const WATCHED = { ms: 2_500 }

export const ANSWERED: Enemy[] = [
  { name: 'endless redirect', kind: 'brief', serve: endless, options: { reconnect: false }, expect: 'network' },
  {
    name: 'endless redirect, followed by hand',
    kind: 'brief',
    serve: endless,
    options: { reconnect: false, redirect: 'same-origin' },
    expect: 'network',
  },
  {
    name: 'endless redirect, again and again',
    kind: 'wait',
    serve: endless,
    options: { reconnectionTime: 0 },
    until: WATCHED,
    expect: 'network',
  },
  {
    name: 'redirects to another origin, secrets in headers',
    ...REDIRECTED,
    serve: leadTo('other'),
    options: { headers: SECRETS },
    expect: 'open',
    check: keepsSecrets,
  },
  {
    name: 'redirects to another origin, secrets in the URL',
    ...REDIRECTED,
    serve: leadTo('other'),
    hasPassword: true,
    expect: 'open',
    check: keepsSecrets,
  },
  {
    name: 'redirects to another origin, same-origin only',
    ...REDIRECTED,
    serve: leadTo('other'),
    options: { headers: SECRETS, redirect: 'same-origin' },
    expect: 'redirect',
    check: goesNowhere,
  },
  {
    name: 'redirects from https to http, secrets in headers',
    ...REDIRECTED,
    origin: 'secure',
    serve: leadTo('main'),
    options: { headers: SECRETS },
    expect: 'open',
    check: keepsSecrets,
  },
  {
    name: 'redirects from https to http, same-origin only',
    ...REDIRECTED,
    origin: 'secure',
    serve: leadTo('main'),
    options: { headers: SECRETS, redirect: 'same-origin' },
    expect: 'redirect',
    check: goesNowhere,
  },
  ...(['follow', 'same-origin'] as const).map((redirected): Enemy => ({
    name: `redirects to file:, data: and worse, ${redirected}`,
    kind: 'brief',
    sources: NOWHERE.length,
    serve: ({ socket, source }) => {
      redirect(socket, 302, NOWHERE[source] ?? '')
    },
    options: { reconnect: false, redirect: redirected },
    expect: 'network',
    check: ({ sources }) => {
      for (const { opens, messages } of sources) assert.deepEqual({ opens, messages }, { opens: 0, messages: 0 })
    },
  })),
  {
    name: 'a message and an end, again and again',
    kind: 'wait',
    serve: ({ socket }) => {
      streamAndEnd(socket, 'retry: 0\ndata: x\n\n')
    },
    until: WATCHED,
    expect: 'ended',
  },
  {
    name: 'an end without a message, again and again',
    kind: 'wait',
    serve: ({ socket }) => {
      streamAndEnd(socket, 'retry: 0\n')
    },
    until: WATCHED,
    expect: 'ended',
  },
  {
    name: 'a reset, again and again',
    kind: 'wait',
    serve: ({ socket }) => {
      socket.resetAndDestroy()
    },
    options: { reconnectionTime: 0 },
    until: WATCHED,
    expect: 'network',
  },
  {
    name: 'refused connections, again and again',
    kind: 'wait',
    greet: (socket) => {
      socket.destroy()
    },
    options: { reconnectionTime: 0 },
    until: WATCHED,
    expect: 'network',
  },
  {
    name: '503 with Retry-After: 0, again and again',
    kind: 'wait',
    serve: ({ socket }) => {
      socket.end(head(503, ['Retry-After: 0', 'Content-Length: 0', 'Connection: close']))
    },
    insists: true,
    until: WATCHED,
    expect: 'status',
  },
  {
    name: '204, again and again',
    kind: 'wait',
    serve: ({ socket }) => {
      socket.end(head(204, ['Connection: close']))
    },
    insists: true,
    options: { reconnectionTime: 0 },
    until: WATCHED,
    expect: 'status',
  },
]

function tellsSecret(head: string): boolean {
  return head.includes(SECRET) || head.includes(Buffer.from(`user:${SECRET}`).toString('base64'))
}
