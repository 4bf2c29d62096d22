/** The tools of a check: a page that can be hidden, a server, and a network that can vanish. */

import assert from 'node:assert/strict'
import { setTimeout as delay } from 'node:timers/promises'
import { Stream } from '../conformance/harness.ts'
import type { Answer } from '../server/program.ts'
import { startTestServer, type Extra } from '../server/server.ts'
import type { Page } from './browsers.ts'
import { Feeds, PATIENCE, type Feed, type Rhythm } from './feed.ts'
import { startSwallowingProxy } from './proxy.ts'

/** A page is hidden this long before its connection is closed, in ms. */
export const HIDDEN_LIMIT = 2_000

/** Long enough to be sure that nothing happens, in ms. Browsers run the timers of hidden pages once a second. */
export const A_WHILE = 1_500

/** The driver must have received the answer to its command before the page navigates, in ms. */
const NAVIGATION_DELAY = 50

export interface Check {
  name: string
  run: (scene: Scene) => Promise<void>
  /** The engines that can show it; all by default. */
  only?: string[]
  /** How often to run it at the same time; once by default. */
  times?: number
}

/** A page with its servers. */
export interface Place {
  page: Page
  origin: string
  /** The origin of the same server behind the proxy. */
  proxied: string
  /** Swallows the connection of a feed; see `SwallowingProxy`. */
  swallow: (feed: Feed) => Promise<number>
  feeds: Feeds
  arrivals: Arrivals
  close: () => Promise<void>
}

/** Starts servers for one page, because a browser limits the connections to each origin. */
export async function openPlace(page: Page, pages: Extra): Promise<Place> {
  const feeds = new Feeds()
  const arrivals = new Arrivals()
  const server = await startTestServer(
    (...request) => feeds.serve(...request) || arrivals.serve(...request) || pages(...request),
  )
  const [origin = ''] = server.origins
  const proxy = await startSwallowingProxy(Number(new URL(origin).port))
  return {
    page,
    origin,
    proxied: proxy.origin,
    swallow: ({ path }) => proxy.swallow(path),
    feeds,
    arrivals,
    close: async () => {
      await inTime(page.close())
      feeds.stop()
      proxy.close()
      await server.close()
    },
  }
}

export class Scene {
  readonly engine: string
  readonly page: Page
  readonly place: Place

  constructor(engine: string, place: Place) {
    this.engine = engine
    this.page = place.page
    this.place = place
  }

  /** Loads the page. */
  async load(origin = this.place.origin): Promise<void> {
    await inTime(this.page.show())
    assert.equal(await this.navigate(`location.assign('${origin}/awake.html')`), 'loaded')
    await this.until('document.visibilityState === "visible"')
  }

  /** Makes the server respond to the nth connection with the nth answer. */
  async serve(...answers: Answer[]): Promise<Stream> {
    const { origin } = this.place
    const response = await fetch(`${origin}/programs`, { method: 'POST', body: JSON.stringify(answers) })
    return new Stream(origin, origin, await response.text())
  }

  feed(rhythm?: Rhythm): Feed {
    return this.place.feeds.open(rhythm)
  }

  evaluate(expression: string): Promise<unknown> {
    return inTime(this.page.evaluate(expression))
  }

  /** Runs a statement in the page. */
  async do(statement: string): Promise<void> {
    await this.evaluate(`void (${statement})`)
  }

  /** Resolves when an expression is true in the page. */
  async until(expression: string): Promise<void> {
    const end = performance.now() + PATIENCE
    let last: unknown
    do {
      last = await this.evaluate(`Boolean(${expression})`)
      if (last === true) return
      await delay(25)
    } while (performance.now() < end)
    const record = await this.evaluate('[globalThis.main?.calls, globalThis.changes]').catch(String)
    throw new Error(`Not within ${PATIENCE} ms: ${expression} (${String(last)}); ${JSON.stringify(record)}`)
  }

  /** The calls of a record in the page. */
  async calls(record = 'main'): Promise<string[]> {
    return (await this.evaluate(`${record}.calls`)) as string[]
  }

  async untilCalled(call: string, record = 'main'): Promise<void> {
    await this.until(`${record}.calls.includes(${JSON.stringify(call)})`)
  }

  async hide(): Promise<void> {
    await inTime(this.page.hide())
    await this.until('document.visibilityState === "hidden"')
  }

  async show(): Promise<void> {
    await inTime(this.page.show())
    await this.until('document.visibilityState === "visible"')
  }

  /** How long the page was hidden the last time, in ms, measured by the page itself. */
  async hiddenFor(): Promise<number> {
    const changes = (await this.evaluate('changes')) as { name: string; at: number }[]
    const timeOf = (wanted: string): number => changes.filter(({ name }) => name === wanted).at(-1)?.at ?? 0
    return timeOf('visible') - timeOf('hidden')
  }

  /** Navigates to another page. */
  async leave(): Promise<void> {
    assert.equal(await this.navigate(`location.assign('/away.html')`), 'away')
  }

  /** Navigates back. Returns whether the page was restored from the back/forward cache, instead of loaded again. */
  async comeBack(): Promise<boolean> {
    return (await this.navigate('history.back()')) === 'restored'
  }

  /** Navigates, and resolves once the new page has reported its arrival. Meanwhile, WebKit's driver may not answer a command. */
  async navigate(how: string): Promise<string> {
    const arrival = this.place.arrivals.next()
    await this.do(`setTimeout(() => ${how}, ${NAVIGATION_DELAY})`)
    return inTime(arrival)
  }
}

/** Receives the reports of pages that have been loaded or restored. */
class Arrivals {
  #resolve: (name: string) => void = () => undefined

  readonly serve: Extra = ({ url = '' }, response) => {
    const [, folder, name = ''] = url.split('/')
    if (folder !== 'arrived') return false
    response.end()
    this.#resolve(name)
    return true
  }

  next(): Promise<string> {
    return new Promise((resolve) => {
      this.#resolve = resolve
    })
  }
}

/** Fails if a browser does not answer a command. */
async function inTime<Value>(command: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`The browser did not answer within ${PATIENCE} ms`))
    }, PATIENCE)
  })
  return Promise.race([command, late]).finally(() => {
    clearTimeout(timer)
  })
}
