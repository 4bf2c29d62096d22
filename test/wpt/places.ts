/** The runtimes and browsers, in one form. */

import { atOnce } from '../at-once.ts'
import { missing, RUNTIMES, versionOf } from '../runtimes/list.ts'
import { BROWSERS, type WptBrowser } from './browsers.ts'
import type { Implementation } from './implementations.ts'
import { runInBrowser } from './in-browser.ts'
import { runInProcess } from './in-process.ts'
import type { Report, WptServer } from './server.ts'
import { variantsOf, type TestFile, type Variant } from './suite.ts'

/** How many test files run at once in a server runtime. */
const PROCESSES = 4

export interface Place {
  name: string
  /** Why nothing can run there; undefined if it can. */
  missing: () => string | undefined
  /** Name and version. */
  title: () => Promise<string>
  /** Runs the test files on an implementation. */
  run(
    server: WptServer,
    tests: TestFile[],
    implementation: Implementation,
    report: (test: TestFile & Pick<Variant, 'scope'>, result: Report) => void,
  ): Promise<void>
}

export const PLACES: Place[] = [...['node24', 'deno', 'bun'].map(runtimePlace), ...BROWSERS.map(browserPlace)]

function runtimePlace(name: string): Place {
  return {
    name,
    missing: () => missing(RUNTIMES[name] ?? []),
    title: () => Promise.resolve(versionOf(name)),
    async run(server, tests, implementation, report) {
      const proxy = await server.proxy()
      const runnable = tests.filter(({ kind }) => kind === 'any' || kind === 'window')
      const tasks = runnable.map((test) => async () => {
        report(test, await runInProcess(server, proxy, test, name, implementation))
      })
      await atOnce(PROCESSES, tasks)
    },
  }
}

function browserPlace(browser: WptBrowser): Place {
  return {
    name: browser.name,
    missing: browser.missing,
    async title() {
      const { title, close } = await browser.launch()
      await close()
      return title
    },
    async run(server, tests, implementation, report) {
      await runInBrowser(server, browser, tests.flatMap(variantsOf), await implementation.script(), report)
    },
  }
}
