/** Runs a module as a Worker in miniflare. Takes its path and the compatibility date, and reports the port like workerd. */

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

// Miniflare has a child process that would otherwise keep running.
process.once('SIGTERM', async () => {
  await miniflare.dispose()
  process.exit()
})
