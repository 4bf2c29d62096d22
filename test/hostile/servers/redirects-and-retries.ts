/** Hostile servers that redirect requests elsewhere or cause endless reconnection. */

import assert from 'node:assert/strict'
import { head, redirect, stream, streamAndEnd } from './responses.ts'
import { type HostileServer, type Seen, SECRET, type Visit } from './hostile-server.ts'

const STATUSES = [301, 302, 303, 307, 308]

const SECRETS = { Authorization: `Bearer ${SECRET}`, Cookie: `session=${SECRET}`, 'Proxy-Authorization': SECRET }

/** Targets that a redirect must not reach. */
const FORBIDDEN_TARGETS = [
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

/** Redirects to another server, which streams. */
const redirectTo =
  (where: 'other' | 'main') =>
  ({ socket, source, rest, origins, base }: Visit): void => {
    if (rest === '/there') stream(socket, 'data: there\n\n')
    else redirect(socket, STATUSES[source] ?? 302, `${origins[where]}${base}/there`)
  }

const expectSecretsKept = ({ requests }: Seen): void => {
  const [here, there] = [requests.filter(({ rest }) => rest === ''), requests.filter(({ rest }) => rest !== '')]
  // The first requests carry the secret.
  for (const { head } of here) assert.ok(hasSecret(head))
  assert.equal(there.length, STATUSES.length)
  for (const { head } of there) assert.ok(!hasSecret(head), `another origin received: ${head}`)
}

const expectNotFollowed = ({ requests }: Seen): void => {
  assert.deepEqual(
    requests.filter(({ rest }) => rest !== ''),
    [],
  )
}

const endless = ({ socket, rest, base }: Visit): void => {
  redirect(socket, 307, `${base}/${Number(rest.slice(1)) + 1}`)
}

const REDIRECTED = { kind: 'brief', sources: STATUSES.length, until: { messages: 1 } } as const

/** How long the quick run counts reconnection attempts, in ms. */
const WATCHED = { ms: 2_500 }

export const REDIRECTS_AND_RETRIES: HostileServer[] = [
  { name: 'endless redirect', kind: 'brief', serve: endless, options: { reconnect: false }, expect: 'network' },
  {
    name: 'endless redirect, same-origin only',
    kind: 'brief',
    serve: endless,
    options: { reconnect: false, redirect: 'same-origin' },
    expect: 'network',
  },
  {
    name: 'endless redirect, repeatedly',
    kind: 'wait',
    serve: endless,
    options: { reconnectionTime: 0 },
    until: WATCHED,
    expect: 'network',
  },
  {
    name: 'redirects to another origin, secrets in headers',
    ...REDIRECTED,
    serve: redirectTo('other'),
    options: { headers: SECRETS },
    expect: 'open',
    check: expectSecretsKept,
  },
  {
    name: 'redirects to another origin, secrets in the URL',
    ...REDIRECTED,
    serve: redirectTo('other'),
    hasPassword: true,
    expect: 'open',
    check: expectSecretsKept,
  },
  {
    name: 'redirects to another origin, same-origin only',
    ...REDIRECTED,
    serve: redirectTo('other'),
    options: { headers: SECRETS, redirect: 'same-origin' },
    expect: 'redirect',
    check: expectNotFollowed,
  },
  {
    name: 'redirects from https to http, secrets in headers',
    ...REDIRECTED,
    origin: 'secure',
    serve: redirectTo('main'),
    options: { headers: SECRETS },
    expect: 'open',
    check: expectSecretsKept,
  },
  {
    name: 'redirects from https to http, same-origin only',
    ...REDIRECTED,
    origin: 'secure',
    serve: redirectTo('main'),
    options: { headers: SECRETS, redirect: 'same-origin' },
    expect: 'redirect',
    check: expectNotFollowed,
  },
  ...(['follow', 'same-origin'] as const).map((redirected): HostileServer => ({
    name: `redirects to file:, data: and other schemes, ${redirected}`,
    kind: 'brief',
    sources: FORBIDDEN_TARGETS.length,
    serve: ({ socket, source }) => {
      redirect(socket, 302, FORBIDDEN_TARGETS[source] ?? '')
    },
    options: { reconnect: false, redirect: redirected },
    expect: 'network',
    check: ({ sources }) => {
      for (const { opens, messages } of sources) assert.deepEqual({ opens, messages }, { opens: 0, messages: 0 })
    },
  })),
  {
    name: 'closes after a message, repeatedly',
    kind: 'wait',
    serve: ({ socket }) => {
      streamAndEnd(socket, 'retry: 0\ndata: x\n\n')
    },
    until: WATCHED,
    expect: 'ended',
  },
  {
    name: 'closes without a message, repeatedly',
    kind: 'wait',
    serve: ({ socket }) => {
      streamAndEnd(socket, 'retry: 0\n')
    },
    until: WATCHED,
    expect: 'ended',
  },
  {
    name: 'resets, repeatedly',
    kind: 'wait',
    serve: ({ socket }) => {
      socket.resetAndDestroy()
    },
    options: { reconnectionTime: 0 },
    until: WATCHED,
    expect: 'network',
  },
  {
    name: 'refuses connections, repeatedly',
    kind: 'wait',
    greet: (socket) => {
      socket.destroy()
    },
    options: { reconnectionTime: 0 },
    until: WATCHED,
    expect: 'network',
  },
  {
    name: '503 with Retry-After: 0, repeatedly',
    kind: 'wait',
    serve: ({ socket }) => {
      socket.end(head(503, ['Retry-After: 0', 'Content-Length: 0', 'Connection: close']))
    },
    insists: true,
    until: WATCHED,
    expect: 'status',
  },
  {
    name: '204, repeatedly',
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

function hasSecret(head: string): boolean {
  return head.includes(SECRET) || head.includes(Buffer.from(`user:${SECRET}`).toString('base64'))
}
