/** Runs the programs of a difference in this process or in a page. */

import type { BrowserContext } from 'playwright-core'
import { bundled, runInPage } from './chromium.ts'
import { load } from './packages.ts'
import { record, type Difference } from './scenario.ts'

/** Runs one side of a difference with a server at this origin, and returns what was logged. */
export type Recorder = (difference: Difference<never>, side: 'theirs' | 'ours', origin: string) => Promise<unknown[]>

const PATH = '/events'

export function recordInNode(name: string): Recorder {
  return async (difference, side, origin) => record(difference[side], (await load(name)) as never, `${origin}${PATH}`)
}

/** The module of a package's differences has the package's name, and exports only them. */
export function recordInChromium(context: BrowserContext, name: string): Recorder {
  const script = bundled(`
    import * as library from '${name}'
    import * as module from './test/migration/${name.replace('.', '-')}.ts'
    import { record } from './test/migration/scenario.ts'
    const [differences] = Object.values(module)
    globalThis.recordSide = (name, side, url) => record(differences.find((one) => one.name === name)[side], library, url)
  `)
  return async (difference, side, origin) => {
    const content = await script
    return runInPage(context, origin, async (page) => {
      await page.addScriptTag({ content })
      const args = [difference.name, side, `${origin}${PATH}`].map((arg) => JSON.stringify(arg))
      return page.evaluate<unknown[]>(`recordSide(${args.join(', ')})`)
    })
  }
}
