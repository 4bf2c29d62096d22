/** Runs the suite inside a request, in runtimes that only handle requests. Each runtime has its own process. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import type { ReadableStream } from 'node:stream/web'
import { bundle, path } from '../conformance/bundle.ts'
import type { Result } from '../conformance/suite.ts'
import { packageOf, type RequestRuntime } from './list.ts'
import { END, type RequestSettings } from './request-run.ts'
import { LIMIT } from './suite-process.ts'

/**
 * The newest date that this version supports, and an old one: with it a Worker has no `process`, `dispatchEvent` rethrows
 * exceptions of listeners, and redirects forward Authorization to other origins. Even older dates do not work: before December
 * 2024, `TransformStream` has no backpressure and `fetch` no `cache`.
 */
const COMPATIBILITY_DATES = { workerd: '2026-10-23', miniflare: '2025-01-01' }

/** How many tests run at once. A request has a single thread, and facts that measure time need their turn. */
const CONCURRENCY = 12

/** The configuration of plain workerd. It must explicitly allow connections to this machine. */
const CONFIGURATION = `
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "suite", worker = (
      modules = [(name = "suite", esModule = embed "workerd.mjs")],
      compatibilityDate = "${COMPATIBILITY_DATES.workerd}",
      globalOutbound = "network",
    )),
    (name = "network", network = (allow = ["public", "private", "local"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "suite")],
);
`

/** The commands that start a runtime with the suite. They report the port on file descriptor 3, as a JSON line. */
const COMMANDS: Record<RequestRuntime, () => Promise<string[]>> = {
  workerd: async () => {
    await bundle('test/runtimes/worker-entry.ts', 'workerd.mjs')
    const configuration = path('.cache/workerd.capnp')
    writeFileSync(configuration, CONFIGURATION)
    const { default: binary } = createRequire(import.meta.url)(packageOf('workerd')) as { default: string }
    return [binary, 'serve', configuration, '--control-fd=3']
  },
  miniflare: async () => {
    const worker = await bundle('test/runtimes/worker-entry.ts', 'miniflare.mjs')
    return [process.execPath, path('test/runtimes/scripts/miniflare.mjs'), worker, COMPATIBILITY_DATES.miniflare]
  },
  'edge-runtime': async () => {
    const script = await bundle('test/runtimes/edge-entry.ts', 'edge-runtime.js', 'iife')
    return [process.execPath, path('test/runtimes/scripts/edge-runtime.mjs'), script]
  },
}

/** Runs the suite in a request and reports each result as it arrives. */
export async function runSuiteInRequest(
  runtime: RequestRuntime,
  settings: RequestSettings,
  report: (result: Result) => void,
): Promise<void> {
  const [binary = '', ...args] = await COMMANDS[runtime]()
  const host = spawn(binary, args, { stdio: ['ignore', 'inherit', 'inherit', 'pipe'] })
  const exited = once(host, 'exit')
  try {
    const port = await portOf(host.stdio[3] as Readable)
    const request = {
      method: 'POST',
      body: JSON.stringify({ ...settings, concurrency: CONCURRENCY }),
      signal: AbortSignal.timeout(LIMIT),
    }
    const response = await fetch(`http://127.0.0.1:${port}/`, request)
    if (!response.body) throw new Error('the response has no body')
    let last = ''
    for await (const line of createInterface({ input: Readable.fromWeb(response.body as ReadableStream) })) {
      last = line
      if (line !== END) report(JSON.parse(line) as Result)
    }
    if (last !== END) throw new Error(`the response is incomplete: ${last}`)
  } catch (error) {
    report({ name: 'the suite finishes', outcome: 'failed', reason: String(error) })
  } finally {
    host.kill()
    await exited
  }
}

async function portOf(control: Readable): Promise<number> {
  for await (const line of createInterface({ input: control })) {
    const { port } = JSON.parse(line) as { port?: number }
    if (port !== undefined) return port
  }
  throw new Error('the runtime did not start')
}
