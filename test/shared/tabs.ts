/** Many tabs of one origin, and the server that they use. */

import { setTimeout as delay } from 'node:timers/promises'
import { Feeds, PATIENCE } from '../awake/feed.ts'
import { Stream } from '../conformance/harness.ts'
import type { Answer } from '../server/program.ts'
import { startTestServer, type Extra, type TestServer } from '../server/server.ts'
import type { Browser, SharingEngine } from './browsers.ts'
import { BUSY_LOOP, processOf } from './processes.ts'
import { OPENER, RELAY, Remote } from './remote.ts'

/** Each in a window, because a browser runs the timers of hidden tabs rarely. */
const WINDOW = 'noopener,popup,width=300,height=200'

/** How long a tab may take to close, in ms. */
const CLOSING = 5_000

/** A browser and its server. */
interface Host {
  engine: SharingEngine
  server: TestServer
  browser: Browser | undefined
  feeds: Feeds
  remote: Remote
  /** Serves the pages, the feeds and the remote control. */
  serve: Extra
  /** The number of the newest tab. */
  last: number
}

/** A group of tabs, or all. */
export class Tabs {
  readonly #host: Host
  readonly #opened: Tab[] = []

  private constructor(host: Host) {
    this.#host = host
  }

  static async launch(engine: SharingEngine, pages: Extra): Promise<Tabs> {
    const feeds = new Feeds()
    const remote = new Remote()
    const serve: Extra = (...request) => feeds.serve(...request) || remote.serve(...request) || pages(...request)
    const server = await startTestServer(serve)
    const host: Host = { engine, server, browser: undefined, feeds, remote, serve, last: RELAY }
    const tabs = new Tabs(host)
    host.browser = await engine.launch(tabs.#url('/control.html', OPENER).replace('127.0.0.1', 'localhost'))
    await remote.report(OPENER, 'arrived', 0)
    await tabs.#openWindow(tabs.#url('/control.html', RELAY), RELAY)
    return tabs
  }

  get engine(): SharingEngine {
    return this.#host.engine
  }
  get origin(): string {
    return this.#host.server.origins[0] ?? ''
  }
  get feeds(): Feeds {
    return this.#host.feeds
  }
  get remote(): Remote {
    return this.#host.remote
  }
  get serve(): Extra {
    return this.#host.serve
  }

  /** Another group in the same browser, which is closed after the test. */
  async during(test: (tabs: Tabs) => Promise<void>): Promise<void> {
    const group = new Tabs(this.#host)
    try {
      await test(group)
    } finally {
      await Promise.all(group.#opened.map((tab) => tab.close(CLOSING).catch(() => undefined)))
    }
  }

  /** Opens a tab that evaluates the code whenever it is loaded, and resolves when it has. `TAB` in the code is the tab's number. */
  async open(code = ''): Promise<Tab> {
    const number = ++this.#host.last
    const url = this.#url('/tab.html', number, code)
    await this.#openWindow(url, number)
    const tab = new Tab(this, number, url, this.#url('/away.html', number))
    this.#opened.push(tab)
    return tab
  }

  /** Opens a tab of another origin, which can report but does not receive commands. Resolves with its number. */
  async openElsewhere(origin: string, code: string): Promise<number> {
    const number = ++this.#host.last
    await this.#openWindow(this.#url('/tab.html', number, code, origin), number)
    return number
  }

  openAll(count: number, code?: string): Promise<Tab[]> {
    return Promise.all(Array.from({ length: count }, () => this.open(code)))
  }

  /** Makes the server respond to the nth connection with the nth answer. */
  async program(...answers: Answer[]): Promise<Stream> {
    const body = JSON.stringify(answers)
    const response = await fetch(`${this.origin}/programs`, { method: 'POST', body })
    return new Stream(this.origin, this.origin, await response.text())
  }

  /** The values of the reports of some tabs. */
  reported(what: string, tabs: Pick<Tab, 'number'>[]): string[] {
    return this.remote.reports
      .filter((report) => report.what === what && tabs.some(({ number }) => number === report.tab))
      .map(({ tab, value }) => `tab ${tab}: ${String(value)}`)
  }

  freeze(url: string): Promise<() => Promise<void>> {
    const { browser, engine } = this.#host
    if (!browser?.freeze) throw new Error(`${engine.name} cannot freeze a page`)
    return browser.freeze(url)
  }

  async close(): Promise<void> {
    const { feeds, browser, server } = this.#host
    feeds.stop()
    await browser?.close()
    await server.close()
  }

  async #openWindow(url: string, tab: number): Promise<void> {
    await this.remote.evaluate(OPENER, `void open(${JSON.stringify(url)}, '_blank', '${WINDOW}')`)
    await this.remote.report(tab, 'arrived', 0)
  }

  #url(path: string, tab: number, code = '', origin = this.origin): string {
    const [, , control = ''] = this.#host.server.origins
    const fragment = code === '' ? '' : `#${encodeURIComponent(code.replaceAll('TAB', String(tab)))}`
    const { port } = new URL(origin === this.origin ? control : origin)
    return `${origin}${path}?tab=${tab}&server=${port}${fragment}`
  }
}

export class Tab {
  readonly number: number
  readonly #tabs: Tabs
  readonly #url: string
  readonly #away: string

  constructor(tabs: Tabs, number: number, url: string, away: string) {
    this.#tabs = tabs
    this.number = number
    this.#url = url
    this.#away = away
  }

  evaluate(expression: string, patience?: number): Promise<unknown> {
    return this.#tabs.remote.evaluate(this.number, expression, patience)
  }

  /** Resolves when an expression is true in the tab. */
  async until(expression: string, patience = PATIENCE): Promise<void> {
    const end = performance.now() + patience
    while ((await this.evaluate(`Boolean(${expression})`)) !== true) {
      if (performance.now() > end) {
        const record = await this.evaluate(`[main.last, main.source.readyState, main.source.leads, main.calls]`)
        throw new Error(`Not within ${patience} ms in tab ${this.number}: ${expression}; ${JSON.stringify(record)}`)
      }
      await delay(25)
    }
  }

  async close(patience?: number): Promise<void> {
    await this.evaluate('void setTimeout(close)', patience)
  }

  async reload(): Promise<void> {
    await this.#navigate('location.reload()')
  }

  /** Navigates to another page. */
  async leave(): Promise<void> {
    await this.#navigate(`location.assign('${this.#away}')`)
  }

  /** Navigates back. Returns whether the page was restored from the back/forward cache, instead of loaded again. */
  async comeBack(): Promise<boolean> {
    return (await this.#navigate('history.back()')) === 'restored'
  }

  async kill(): Promise<void> {
    process.kill(await this.#process(), 'SIGKILL')
  }

  /** Stops the tab's process. Returns a function that resumes it. */
  async stop(): Promise<() => void> {
    const id = await this.#process()
    process.kill(id, 'SIGSTOP')
    return () => {
      process.kill(id, 'SIGCONT')
    }
  }

  freeze(): Promise<() => Promise<void>> {
    return this.#tabs.freeze(this.#url)
  }

  #process(): Promise<number> {
    return processOf(this.#tabs.engine.processes, () => this.evaluate(BUSY_LOOP))
  }

  async #navigate(how: string): Promise<unknown> {
    const { remote } = this.#tabs
    const from = remote.reports.length
    await this.evaluate(`void setTimeout(() => ${how})`)
    return (await remote.report(this.number, 'arrived', from)).value
  }
}
