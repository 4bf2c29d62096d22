/** Runtimes with missing parts, and React Native: `npm run test:limits`. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Tally } from '../tally.ts'
import { checkCompiled } from './compiled.ts'
import { checkForeign } from './foreign.ts'
import { checkHosts } from './hosts.ts'
import { checkMissing } from './missing.ts'
import { checkReactNative } from './react-native.ts'
import { checkSubclasses } from './subclasses.ts'

const server = createServer(({ url }, response) => {
  response.writeHead(url === '/' ? 200 : 404, { 'Content-Type': 'text/event-stream' })
  response.write('id: 1\ndata: hello\n\n')
})
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`

const tally = new Tally()
await checkMissing(tally, url)
await checkSubclasses(tally, url)
await checkCompiled(tally, url)
await checkHosts(tally, url)
await checkForeign(tally, url)
await checkReactNative(tally)
server.closeAllConnections()
server.close()
tally.end()
// Failed checks may have left handles open.
process.exit()
