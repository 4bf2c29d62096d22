/** How the tab that holds the connection is lost, and what becomes of the tab. */

import type { Tab } from './tabs.ts'

export interface Means {
  name: string
  /** How often, among a hundred. */
  times: number
  /** The engines that can do it; all by default. */
  only?: string[]
  /** Whether it needs the tab's process, which only Linux reveals. */
  needsProcess?: boolean
  /** Whether the browser notices the loss. If not, the other tabs have to. */
  isNoticed: boolean
  /** Resolves with a function that brings the tab back; undefined if it is gone. */
  run(tab: Tab): Promise<(() => Promise<unknown>) | undefined>
}

/** Resolves with this if the page was restored from the back/forward cache. */
export const RESTORED = 'restored'

const gone = (act: (tab: Tab) => Promise<void>): Means['run'] => {
  return async (tab) => {
    await act(tab)
    return undefined
  }
}

export const MEANS: Means[] = [
  { name: 'closed', times: 20, isNoticed: true, run: gone((tab) => tab.close()) },
  {
    name: 'reloaded',
    times: 29,
    isNoticed: true,
    run: async (tab) => {
      await tab.reload()
      return () => Promise.resolve()
    },
  },
  {
    name: 'left for another page, and back',
    times: 19,
    isNoticed: true,
    run: async (tab) => {
      await tab.leave()
      return async () => ((await tab.comeBack()) ? RESTORED : undefined)
    },
  },
  { name: 'killed', times: 8, isNoticed: true, needsProcess: true, run: gone((tab) => tab.kill()) },
  {
    name: 'open, but its source is closed',
    times: 20,
    isNoticed: true,
    run: async (tab) => {
      await tab.evaluate('main.source.close()')
      return () => tab.evaluate('start()')
    },
  },
  {
    name: 'stopped',
    times: 2,
    isNoticed: false,
    needsProcess: true,
    run: async (tab) => {
      const resume = await tab.stop()
      return () => {
        resume()
        return tab.evaluate('1')
      }
    },
  },
  { name: 'frozen', times: 2, only: ['chromium'], isNoticed: false, run: (tab) => tab.freeze() },
]
