/** A slow loop in a page, and how much the server can pour out meanwhile. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import type { Log, Program } from '../server/program.ts'
import type { TestServer } from '../server/server.ts'
import { openPage } from './chromium.ts'

const MIB = 2 ** 20

const PROGRAM: Program = [{ steps: [{ flood: `data: ${'x'.repeat(1016)}\n\n`, bytes: 1024 * MIB }] }]

/** What the system's sockets (up to 32 + 4 MiB on Linux) and Chromium's network process hold. */
const MOST = 128 * MIB

/** How often to look, and for how long, in ms. */
const INTERVAL = 1_000
const PATIENCE = 30_000

/**
 * Not under Playwright's control: while a debugger listens to the network, Chromium reads bodies ahead without end, of a plain
 * `fetch` too.
 */
export async function holdsTheServerBack({ origins }: TestServer): Promise<void> {
  const [origin = ''] = origins
  const response = await fetch(`${origin}/programs`, { method: 'POST', body: JSON.stringify(PROGRAM) })
  const id = await response.text()
  const close = await openPage(`${origin}/slow-loop.html#/s/${id}`)
  try {
    let before = 0
    for (let waited = 0; waited < PATIENCE; waited += INTERVAL) {
      await delay(INTERVAL)
      const log = (await (await fetch(`${origin}/log/${id}`)).json()) as Log
      const flooded = log.requests[0]?.flooded ?? 0
      assert.ok(flooded < MOST, `the server was rid of ${Math.round(flooded / MIB)} MiB`)
      // The loop takes 100 KiB in a second.
      if (before > 0 && flooded - before < MIB) return
      before = flooded
    }
    assert.fail('the server never had to wait')
  } finally {
    await close()
  }
}
