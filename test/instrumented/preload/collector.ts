/** A server on loopback for what a tool reports. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { unzipSync } from 'node:zlib'

/** The reports so far, in the format of the tool. */
export const reports: string[] = []

const server = createServer((request, response) => {
  void buffer(request).then((body) => {
    reports.push((request.headers['content-encoding'] ? unzipSync(body) : body).toString('latin1'))
    response.end('{}')
  })
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
server.unref()

export const collector = `127.0.0.1:${(server.address() as AddressInfo).port}`
