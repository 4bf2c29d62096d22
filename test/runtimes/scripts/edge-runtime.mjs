/** Serves requests with a script in edge-runtime. Takes the script's path and reports the port like workerd. */

import { readFileSync, writeSync } from 'node:fs'
import { EdgeRuntime, runServer } from 'edge-runtime'

const [file] = process.argv.slice(2)
const runtime = new EdgeRuntime({ initialCode: readFileSync(file, 'utf8') })
const { url } = await runServer({ runtime, host: '127.0.0.1', port: 0 })
writeSync(3, `${JSON.stringify({ port: Number(new URL(url).port) })}\n`)
