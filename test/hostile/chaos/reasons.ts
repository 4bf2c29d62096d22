/** What each failure is called, and whether the connection comes back: what docs/reference/options.md says of them. */

import { type EventSourceInit, type FailureReason } from '../../../dist/index.js'
import { createCertificates } from '../../docs/certificates.ts'
import { expired, trust } from './certificates.ts'
import { head, nobody, peer, type Peer, resetter, secure, slammer } from './peers.ts'

export interface Failing {
  name: string
  start: () => Promise<Peer>
  options?: EventSourceInit
  reason: FailureReason
  /** The system's, one of these; none where it is absent. */
  code?: string[]
  status?: number
  comesBack: boolean
}

/** Of what breaks off. */
const network = { reason: 'network', comesBack: true } as const
const timeout = { reason: 'timeout', comesBack: true } as const

/** What undici says of a connection that was closed, and of one that is no HTTP. */
const CLOSED = ['UND_ERR_SOCKET']
const RESET = ['ECONNRESET', 'UND_ERR_SOCKET']

const MESSAGE = 'data: x\n\n'

export const FAILINGS: Failing[] = [
  { name: 'nobody listens', start: nobody, ...network, code: ['ECONNREFUSED'] },
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
    name: 'the head breaks off',
    start: () => peer((socket) => socket.end(head().slice(0, 40))),
    ...network,
    code: CLOSED,
  },
  {
    name: 'a chunk breaks off',
    start: () => peer((socket) => socket.end(`${head('Transfer-Encoding: chunked')}ff\r\n${MESSAGE}`)),
    ...network,
    code: CLOSED,
  },
  {
    // Node's fetch has no code for that.
    name: 'a chunk is longer than it says',
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
    // Node's fetch takes a reset for that end.
    name: 'the connection is reset in a body that ends when it is closed',
    start: () => resetter(head() + MESSAGE),
    reason: 'ended',
    comesBack: true,
  },
  {
    name: 'the body ends',
    start: () => peer((socket) => socket.end(head() + MESSAGE)),
    reason: 'ended',
    comesBack: true,
  },
  {
    name: 'the peer freezes before its head, and there is a connectTimeout',
    start: () => peer(() => undefined),
    options: { connectTimeout: 150 },
    ...timeout,
  },
  {
    name: 'the peer freezes in its head, and there is a connectTimeout',
    start: () => peer((socket) => socket.write(head().slice(0, 40))),
    options: { connectTimeout: 150 },
    ...timeout,
  },
  {
    name: 'the peer freezes after its head, and there is an idleTimeout',
    start: () => peer((socket) => socket.write(head())),
    options: { idleTimeout: 150 },
    ...timeout,
  },
  {
    name: 'the peer freezes in the middle of a message, and there is an idleTimeout',
    start: () => peer((socket) => socket.write(`${head()}${MESSAGE}data: half`)),
    options: { idleTimeout: 150 },
    ...timeout,
  },
  {
    name: 'a proxy answers 502',
    start: () => peer((socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')),
    reason: 'status',
    status: 502,
    comesBack: false,
  },
  {
    name: 'a proxy answers 502, and shouldReconnect says that this passes',
    start: () => peer((socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n')),
    options: { reconnect: { shouldReconnect: ({ status }) => status === 502 } },
    reason: 'status',
    status: 502,
    comesBack: true,
  },
  {
    name: 'the name has no address',
    start: () => Promise.resolve({ url: 'http://does-not-exist.invalid/?token=secret', close: () => undefined }),
    ...network,
    // The latter where no server of names can be asked.
    code: ['ENOTFOUND', 'EAI_AGAIN'],
  },
]

/** One after the other, for all that is trusted is trusted by the whole process, and authorities have the same name. */
export const UNTRUSTED: Failing[] = [
  {
    name: 'the certificate is of an authority that nobody knows',
    start: () => secure(createCertificates('localhost')),
    ...network,
    code: ['UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  },
  {
    name: 'the certificate names itself as its authority',
    start: () => secure(createCertificates('Authority of a test')),
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

/** Its authority is one to trust: the fault is another. */
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
