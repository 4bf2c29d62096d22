/** Runs test files in a browser: one after the other in a page, in several browser processes at once. */

import { setTimeout as delay } from 'node:timers/promises'
import { atOnce } from '../at-once.ts'
import type { WptBrowser } from './browsers.ts'
import type { Report, Slot, WptServer } from './server.ts'
import type { Variant } from './suite.ts'

/** How many processes of a browser run at once. */
const LANES = 3

/** The time limit of a test that does not report, in ms. Tests that the harness can end report earlier. */
const LIMIT = 60_000

/** How many tests in a row may not report before the browser counts as dead. */
const SILENT_TESTS = 3

/** Runs the tests with a script that installs the implementation, or without one on the native `EventSource`. */
export async function runInBrowser(
  server: WptServer,
  browser: WptBrowser,
  variants: Variant[],
  install: string | undefined,
  report: (variant: Variant, result: Report) => void,
): Promise<void> {
  const queue = [...variants]
  const runLane = async (): Promise<void> => {
    const lane = new Lane(server, browser)
    let silent = 0
    for (let variant = queue.shift(); variant && silent < SILENT_TESTS; variant = queue.shift()) {
      const slot = await server.slot(install === undefined ? {} : { install })
      const result = await lane.run(slot, variant.page)
      silent = result ? 0 : silent + 1
      report(variant, result ?? { subtests: [], message: `no result within ${LIMIT / 1_000} s` })
      slot.close()
    }
    await lane.close()
  }
  await atOnce(
    LANES,
    Array.from({ length: Math.min(LANES, variants.length) }, () => runLane),
  )
}

/** A browser process with a page that shows tests. */
class Lane {
  readonly #server: WptServer
  readonly #browser: WptBrowser
  /** Resolves when the page is ready, with the function that tells it the next URL. */
  #ready: Promise<(url: string) => void>
  #setReady!: (show: (url: string) => void) => void
  #close: (() => Promise<void>) | undefined

  constructor(server: WptServer, browser: WptBrowser) {
    this.#server = server
    this.#browser = browser
    this.#ready = this.#nextReady()
  }

  /** Shows a page until it reports; undefined if it does not. */
  async run(slot: Slot, page: string): Promise<Report | undefined> {
    this.#close ??= await this.#open()
    const limit = new AbortController()
    const late = delay(LIMIT, undefined, { signal: limit.signal }).catch(() => undefined)
    const show = await Promise.race([this.#ready, late])
    if (show) this.#ready = this.#nextReady()
    show?.(slot.url(page))
    const report = await Promise.race([slot.report, late])
    limit.abort()
    return report
  }

  async close(): Promise<void> {
    await this.#close?.()
  }

  #nextReady(): Promise<(url: string) => void> {
    return new Promise((resolve) => {
      this.#setReady = resolve
    })
  }

  async #open(): Promise<() => Promise<void>> {
    const lane = await this.#server.lane(
      () =>
        new Promise((show) => {
          this.#setReady(show)
        }),
    )
    const close = await this.#browser.show(lane.url, lane.port)
    return async () => {
      await close()
      lane.close()
    }
  }
}
