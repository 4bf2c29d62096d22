/** Builds the app in test/instrumented/next and starts it. */

import { spawn } from 'node:child_process'
import { numbered, serve } from '../../consumers/clients/server.ts'
import { run } from '../../package/check.ts'

const APP = new URL('../next/', import.meta.url)
const PROGRAM = 'node_modules/next/dist/bin/next'

/** The stream that pages read. There is none while the app is built. */
const upstream = await serve(numbered())
const environment = { NEXT_TELEMETRY_DISABLED: '1', INSTRUMENTED: new URL('../', import.meta.url).href }

await run(process.execPath, [PROGRAM, 'build'], APP, environment)
const next = spawn(process.execPath, [PROGRAM, 'start', '--port', '0', '--hostname', '127.0.0.1'], {
  cwd: APP,
  env: { ...process.env, ...environment, UPSTREAM: upstream.origin },
  stdio: ['ignore', 'pipe', 'inherit'],
})
process.once('exit', () => next.kill())

export const origin = await new Promise<string>((resolve, reject) => {
  let output = ''
  next.stdout.on('data', (text: Buffer) => {
    output += text.toString()
    const [address] = /http:\/\/127\.0\.0\.1:\d+/.exec(output) ?? []
    if (address !== undefined && output.includes('Ready')) resolve(address)
  })
  next.once('exit', () => {
    reject(new Error(`next start has ended:\n${output}`))
  })
})
