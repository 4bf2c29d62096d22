/** Runs test files in Node, Deno and Bun, each in a new process. */

import { spawn, type SpawnOptions } from 'node:child_process'
import { keep } from '../children.ts'
import { path } from '../conformance/bundle.ts'
import { RUNTIMES } from '../runtimes/list.ts'
import type { Job } from './child.ts'
import type { Implementation } from './implementations.ts'
import { HOST, WptServer, type Report } from './server.ts'
import type { TestFile } from './suite.ts'

/** Ends tests that are not done, after a time in ms. */
const LIMIT = 20_000

/** How much longer a process may take, in ms. */
const GRACE = 20_000

export async function runInProcess(
  server: WptServer,
  proxy: number,
  test: TestFile,
  runtime: string,
  { module, nodeFlags = [], needsDocument = false }: Implementation,
): Promise<Report> {
  const slot = await server.slot({ keepsCookies: true })
  const url = slot.url(`/${test.path.replace(/^everysource/, 'eventsource').replace(/\.js$/, '.html')}`)
  const [binary = '', ...args] = RUNTIMES[runtime] ?? []
  if (runtime === 'deno') args.push('--location', url)
  else if (runtime !== 'bun') args.push('--no-warnings', ...nodeFlags)
  const job: Job = {
    root: server.root,
    path: test.path,
    url,
    host: HOST,
    module: module?.(),
    needsDocument,
    limit: LIMIT,
  }
  const options: SpawnOptions = {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: LIMIT + GRACE,
    killSignal: 'SIGKILL',
    env: runtime.startsWith('node') ? process.env : { ...process.env, ...proxied(proxy) },
  }
  const child = keep(spawn(binary, [...args, path('test/wpt/child.ts'), JSON.stringify(job)], options))
  let output = ''
  child.stderr?.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const died = new Promise<Report>((resolve) => {
    child.once('close', (code, signal) => {
      resolve({ subtests: [], message: `the process ended with ${String(code ?? signal)}: ${output}` })
    })
  })
  const report = await Promise.race([slot.report, died])
  child.kill('SIGKILL')
  await died
  slot.close()
  return report
}

/** Both read these variables at the start. */
function proxied(port: number): Record<string, string> {
  const url = `http://127.0.0.1:${port}`
  return { HTTP_PROXY: url, http_proxy: url, NO_PROXY: '', no_proxy: '' }
}
