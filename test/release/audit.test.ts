/** `.ci/audit.mjs` with a registry that reports vulnerabilities. */

import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer, text } from 'node:stream/consumers'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { path } from '../conformance/bundle.ts'

it.for([
  ['passes without vulnerabilities', {}, 0],
  ['passes with a vulnerability in a tool', { tsup: [advisory('tsup')] }, 0],
  ['fails with a vulnerability in the bundled parser', { 'eventsource-parser': [advisory('eventsource-parser')] }, 1],
] as const)('%s', async ([, advisories, expected]) => {
  const registry = createServer((request, response) => {
    void buffer(request).then((body) => {
      const { method, url = '' } = request
      const packages = method === 'POST' ? (JSON.parse(gunzipSync(body).toString()) as object) : {}
      const found = Object.entries(advisories).filter(([name]) => name in packages)
      const versions = { '1.0.0': { name: url.slice(1), version: '1.0.0' } }
      response.writeHead(200, { 'Content-Type': 'application/json' })
      response.end(JSON.stringify(method === 'POST' ? Object.fromEntries(found) : { name: url.slice(1), versions }))
    })
  })
  await new Promise<void>((listening) => registry.listen(0, '127.0.0.1', listening))
  const { port } = registry.address() as AddressInfo
  const child = spawn(process.execPath, ['.ci/audit.mjs'], {
    cwd: path('.'),
    env: { ...process.env, npm_config_registry: `http://127.0.0.1:${port}/`, npm_config_update_notifier: 'false' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [output, code] = await Promise.all([text(child.stdout), new Promise((exit) => child.once('exit', exit))])
  registry.closeAllConnections()
  registry.close()
  expect(code).toBe(expected)
  expect(output).toMatch(expected === 0 ? /^No known vulnerability/ : /"name": "eventsource-parser"/)
})

function advisory(name: string): Record<string, unknown> {
  return { id: 1, url: `https://advisories.test/${name}`, title: name, severity: 'high', vulnerable_versions: '*' }
}
