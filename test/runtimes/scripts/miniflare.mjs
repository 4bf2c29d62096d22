/** Runs a module as a Worker in miniflare: started with its file and the compatibility date; tells its port as workerd does. */

import { writeSync } from 'node:fs'
import { Miniflare } from 'miniflare'

const [scriptPath, compatibilityDate] = process.argv.slice(2)
const miniflare = new Miniflare({
  modules: true,
  scriptPath,
  compatibilityDate,
  host: '127.0.0.1',
  port: 0,
})
const { port } = await miniflare.ready
writeSync(3, `${JSON.stringify({ port: Number(port) })}\n`)

// It has a process of its own, which would stay.
process.once('SIGTERM', async () => {
  await miniflare.dispose()
  process.exit()
})
