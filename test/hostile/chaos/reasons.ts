/** Each failure with its reason and whether it leads to a reconnection, as documented in docs/reference/options.md. */

import { type EventSourceInit, type FailureReason } from '../../../dist/index.js'
import { AUTHORITY, createCertificates } from '../../docs/certificates.ts'
import { expired, trust } from './certificates.ts'
import { head, peer, type Peer, refusing, resetter, secure, slammer } from './peers.ts'

export interface Failing {
  name: string
  start: () => Promise<Peer>
  options?: EventSourceInit
  reason: FailureReason
  /** One of these system error codes; no code if absent. */
  code?: string[]
  status?: number
  reconnects: boolean
}

/** For broken connections. */
const network = { reason: 'network', reconnects: true } as const
const timeout = { reason: 'timeout', reconnects: true } as const

/** Codes of undici for closed and reset connections. */
const CLOSED = ['UND_ERR_SOCKET']
const RESET = ['ECONNRESET', 'UND_ERR_SOCKET']

const MESSAGE = 'data: x\n\n'

export const FAILINGS: Failing[] = [
  { name: 'the connection is refused', start: refusing, ...network, code: ['ECONNREFUSED'] },
  { name: 'the connection is accepted and closed', start: slammer, ...network, code: RESET },
  {
    name: 'the connection is closed after the request',
    start: () => peer((socket) => socket.end()),
    ...network,
    code: CLOSED,
  },
  {
    name: 'the connection is reset after the request',
    start: () => peer((socket) => socket.resetAndDestroy()),
    ...network,
    code: RESET,
  },
  {
    name: 'the head is interrupted',
    start: () => peer((socket) => socket.end(head().slice(0, 40))),
    ...network,
    code: CLOSED,
  },
  {
    name: 'a chunk is interrupted',
    start: () => peer((socket) => socket.end(`${head('Transfer-Encoding: chunked')}ff\r\n${MESSAGE}`)),
    ...network,
    code: CLOSED,
  },
  {
    // Node's fetch has no code for this error.
    name: 'a chunk is longer than its size',
    start: () => peer((socket) => socket.end(`${head('Transfer-Encoding: chunked')}3\r\n${MESSAGE}\r\n`)),
    ...network,
  },
  {
    name: 'the body is shorter than its Content-Length',
    start: () => peer((socket) => socket.end(`${head('Content-Length: 100')}${MESSAGE}`)),
    ...network,
    code: CLOSED,
  },
  {
    name: 'the connection is reset in the body',
    start: () => resetter(`${head('Transfer-Encoding: chunked')}9\r\n${MESSAGE}\r\n`),
    ...network,
    code: RESET,
  },
  {
    // Node's fetch treats a reset as the end of the body.
    name: 'the connection is reset in a body delimited by close',
    start: () => resetter(head() + MESSAGE),
    reason: 'ended',
    reconnects: true,
  },
  {
    name: 'the body ends',
    start: () => peer((socket) => socket.end(head() + MESSAGE)),
    reason: 'ended',
    reconnects: true,
  },
  {
    name: 'the server stalls before the head, with a connectTimeout',
    start: () => peer(() => undefined),
    options: { connectTimeout: 150 },
    ...timeout,
  },
  {
    name: 'the server stalls in the head, with a connectTimeout',
    start: () => peer((socket) => socket.write(head().slice(0, 40))),
    options: { connectTimeout: 150 },
    ...timeout,
  },
  {
    name: 'the server stalls after the head, with an idleTimeout',
    start: () => peer((socket) => socket.write(head())),
    options: { idleTimeout: 150 },
    ...timeout,
  },
  {
    name: 'the server stalls within a message, with an idleTimeout',
    start: () => peer((socket) => socket.write(`${head()}${MESSAGE}data: half`)),
    options: { idleTimeout: 150 },
    ...timeout,
  },
  {
    name: 'a proxy answers 502',
    start: () => peer((socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')),
    reason: 'status',
    status: 502,
    reconnects: false,
  },
  {
    name: 'a proxy answers 502, with a shouldReconnect that returns true',
    start: () => peer((socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')),
    options: { reconnect: { shouldReconnect: ({ status }) => status === 502 } },
    reason: 'status',
    status: 502,
    reconnects: true,
  },
  {
    name: 'the host name does not resolve',
    start: () => Promise.resolve({ url: 'http://does-not-exist.invalid/?token=secret', close: () => undefined }),
    ...network,
    // EAI_AGAIN without a name server.
    code: ['ENOTFOUND', 'EAI_AGAIN'],
  },
]

/** Run one after the other: trust applies to the whole process, and the authorities have the same name. */
export const UNTRUSTED: Failing[] = [
  {
    name: 'the certificate is from an unknown authority',
    start: () => secure(createCertificates('localhost')),
    ...network,
    code: ['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  },
  {
    name: 'the certificate is self-signed',
    start: () => secure(createCertificates(AUTHORITY)),
    ...network,
    code: ['DEPTH_ZERO_SELF_SIGNED_CERT'],
  },
  {
    name: 'the certificate has expired',
    start: () => trusted(expired('localhost')),
    ...network,
    code: ['CERT_HAS_EXPIRED'],
  },
  {
    name: 'the certificate is for another host',
    start: () => trusted(createCertificates('elsewhere.test'), 'localhost'),
    ...network,
    code: ['ERR_TLS_CERT_ALTNAME_INVALID'],
  },
]

/** Serves with a trusted authority, so that another fault shows. */
async function trusted(certificates: ReturnType<typeof createCertificates>, host?: string): Promise<Peer> {
  const distrust = trust(certificates)
  const { url, close } = await secure(certificates, host)
  return {
    url,
    close: () => {
      close()
      distrust()
    },
  }
}
