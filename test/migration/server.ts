/** A server on loopback for one program, which records its requests. */

import { createServer, type RequestListener } from 'node:http'
import { createServer as createSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { type Certificates, createCertificates } from '../docs/certificates.ts'
import type { Difference, Request } from './scenario.ts'

interface Server {
  origin: string
  /** The requests so far. */
  requests: () => Request[]
  close: () => void
}

/** Created once, because generating keys is slow. */
let certificates: Certificates | undefined

export async function serve({ answer, isSecure }: Pick<Difference<never>, 'answer' | 'isSecure'>): Promise<Server> {
  const requests: Request[] = []
  const listener: RequestListener = (request, response) => {
    const { url = '', method = '', headers } = request
    const seen: Request = { method, url, headers, body: '', at: performance.now() }
    request.setEncoding('utf8').on('data', (chunk: string) => (seen.body += chunk))
    const n = requests.push(seen)
    request.once('end', () => answer(response, n, request))
  }
  if (isSecure) certificates ??= createCertificates('127.0.0.1')
  const server = isSecure ? createSecureServer({ ...certificates }, listener) : createServer(listener)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    origin: `${isSecure ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests.map((request) => ({ ...request })),
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
