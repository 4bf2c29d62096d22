/** Backpressure: how much the server can send to a slow loop in a page. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log, Program } from '../server/program.ts'
import type { TestServer } from '../server/server.ts'
import { openPage } from './chromium.ts'

const MIB = 2 ** 20

const PROGRAM: Program = [{ steps: [{ repeat: `data: ${'x'.repeat(1016)}\n\n`, bytes: 1024 * MIB }] }]

/** The maximum buffered by system sockets (up to 32 + 4 MiB on Linux) and Chromium's network process. */
const MAX_BUFFERED = 128 * MIB

/** How often to check, and for how long, in ms. */
const INTERVAL = 1_000
const PATIENCE = 30_000

/**
 * Runs without Playwright: while a debugger observes the network, Chromium reads bodies ahead without limit, even with a plain
 * `fetch`.
 */
export async function appliesBackpressure({ origins }: TestServer): Promise<void> {
  const [origin = ''] = origins
  const response = await fetch(`${origin}/programs`, { method: 'POST', body: JSON.stringify(PROGRAM) })
  const id = await response.text()
  const close = await openPage(`${origin}/slow-loop.html#/s/${id}`)
  try {
    let before = 0
    for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
      await delay(INTERVAL)
      const log = (await (await fetch(`${origin}/log/${id}`)).json()) as Log
      const sent = log.requests[0]?.repeatedBytes ?? 0
      assert.ok(sent < MAX_BUFFERED, `the server sent ${Math.round(sent / MIB)} MiB`)
      // The loop takes 100 KiB per second.
      if (before > 0 && sent - before < MIB) return
      before = sent
    }
    assert.fail('the server never had to wait')
  } finally {
    await close()
  }
}
