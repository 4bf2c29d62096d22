/** Where the programs of differences run: in this process, or in a page. */

import type { BrowserContext } from 'playwright-core'
import { bundled, inPage } from './chromium.ts'
import { load } from './packages.ts'
import { tell, type Difference } from './story.ts'

/** Runs one side of a difference against a server of this origin, and says what has been heard. */
export type Teller = (difference: Difference<never>, side: 'theirs' | 'ours', origin: string) => Promise<unknown[]>

const PATH = '/events'

export function tellInNode(name: string): Teller {
  return async (difference, side, origin) => tell(difference[side], (await load(name)) as never, `${origin}${PATH}`)
}

/** The module of the package's differences has its name, and exports them alone. */
export function tellInChromium(context: BrowserContext, name: string): Teller {
  const script = bundled(`
    import * as library from '${name}'
    import * as module from './test/migration/${name.replace('.', '-')}.ts'
    import { tell } from './test/migration/story.ts'
    const [differences] = Object.values(module)
    globalThis.tellSide = (name, side, url) => tell(differences.find((one) => one.name === name)[side], library, url)
  `)
  return async (difference, side, origin) => {
    const content = await script
    return inPage(context, origin, async (page) => {
      await page.addScriptTag({ content })
      const args = [difference.name, side, `${origin}${PATH}`].map((arg) => JSON.stringify(arg))
      return page.evaluate<unknown[]>(`tellSide(${args.join(', ')})`)
    })
  }
}
