/** Runs the suite in each server runtime: `node test/runtimes/run.ts [--only node22] [--filter 'fact 20'] [--seed 1]`. */

import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { bundle, path } from '../conformance/bundle.ts'
import type { Result } from '../conformance/suite.ts'
import { startTestServer, type TestServer } from '../server/server.ts'
import { Tally } from '../tally.ts'

const installed = path('test/runtimes/node_modules')
const RUNTIMES: Record<string, string[]> = {
  node20: [`${installed}/node20/bin/node`],
  node22: [`${installed}/node22/bin/node`],
  node24: [path('node_modules/node/bin/node')],
  node26: [`${installed}/node26/bin/node`],
  deno: [`${installed}/.bin/deno`, 'run', '--quiet', '--allow-all'],
  bun: [`${installed}/.bin/bun`],
}

const { values } = parseArgs({
  options: { only: { type: 'string' }, filter: { type: 'string' }, seed: { type: 'string' } },
})
const seed = Number(values.seed ?? Math.floor(Math.random() * 1e9))
const tally = new Tally()
const server = await startTestServer()
const entry = await bundle('test/runtimes/entry.ts', 'runtimes.mjs')

for (const [runtime, command] of Object.entries(RUNTIMES)) {
  if (values.only !== undefined && values.only !== runtime) continue
  const suite = tally.suite(`conformance in ${runtime}`)
  if (existsSync(command[0] ?? '')) await runIn(runtime, command, server, suite.report)
  else suite.missing(`${command[0] ?? ''} is not installed`)
  suite.end()
}
await server.close()
tally.end()

async function runIn(
  runtime: string,
  [binary = '', ...args]: string[],
  { origins }: TestServer,
  report: (result: Result) => void,
): Promise<void> {
  const { filter } = values
  const module = path('dist/index.js')
  const settings = { runtime, module, ours: true, origins, seed, concurrency: 24, filter }
  const child = spawn(binary, [...args, entry, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve))
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith('{"name":')) report(JSON.parse(line) as Result)
    else console.log(line)
  }
  const code = await exited
  if (code !== 0) report({ name: 'the suite runs to its end', outcome: 'failed', reason: `exit code ${String(code)}` })
}
