/** Runtimes that answer requests, each in a process of its own, with the suite as what answers. */

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
 * What Workers do depends on it: the newest that this version knows, and an old one, with which a Worker has no `process`,
 * `dispatchEvent` throws what a listener throws, and redirects take Authorization to other origins. Before December 2024 a
 * `TransformStream` knows no backpressure, and `fetch` no `cache`.
 */
const COMPATIBILITY_DATES = { workerd: '2026-10-23', miniflare: '2025-01-01' }

/** How many tests run at once in the one thread of a request: facts about how soon something happens need their turn. */
const CONCURRENCY = 12

/** What makes the Worker in bare workerd. It must be told that it may reach this machine. */
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

/** The command that starts a runtime with the suite. It tells its port on file descriptor 3, in a JSON line. */
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

/** Runs the suite in a request and reports each result as it comes. */
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
    if (!response.body) throw new Error('there is no answer')
    let last = ''
    for await (const line of createInterface({ input: Readable.fromWeb(response.body as ReadableStream) })) {
      last = line
      if (line !== END) report(JSON.parse(line) as Result)
    }
    if (last !== END) throw new Error(`the answer broke off: ${last}`)
  } catch (error) {
    report({ name: 'the suite runs to its end', outcome: 'failed', reason: String(error) })
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
  throw new Error('it did not start')
}
