/** How the tab that holds the connection is lost, and what becomes of the tab. */

import type { Tab } from './tabs.ts'

export interface Means {
  name: string
  /** How often, among a hundred. */
  times: number
  only?: string[]
  /** Whether the browser notices the loss. If not, the other tabs have to. */
  isNoticed: boolean
  /** Resolves with a function that brings the tab back; undefined if it is gone. */
  run(tab: Tab): Promise<(() => Promise<void>) | undefined>
}

const gone = (act: (tab: Tab) => Promise<void>): Means['run'] => {
  return async (tab) => {
    await act(tab)
    return undefined
  }
}

export const MEANS: Means[] = [
  { name: 'closed', times: 25, isNoticed: true, run: gone((tab) => tab.close()) },
  {
    name: 'reloaded',
    times: 25,
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
      return async () => void (await tab.comeBack())
    },
  },
  { name: 'killed', times: 12, isNoticed: true, run: gone((tab) => tab.kill()) },
  {
    name: 'open, but its source is closed',
    times: 15,
    isNoticed: true,
    run: async (tab) => {
      await tab.evaluate('main.source.close()')
      return async () => void (await tab.evaluate('start()'))
    },
  },
  {
    name: 'stopped',
    times: 2,
    isNoticed: false,
    run: async (tab) => {
      const resume = await tab.stop()
      return async () => {
        resume()
        await tab.evaluate('1')
      }
    },
  },
  { name: 'frozen', times: 2, only: ['chromium'], isNoticed: false, run: (tab) => tab.freeze() },
]
