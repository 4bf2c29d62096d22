/** Programs in other runtimes that open several streams from a URL. */

import { type ChildProcess, spawn } from 'node:child_process'
import type { Browser } from 'playwright-core'
import { path } from '../conformance/bundle.ts'
import { missing, RUNTIMES } from '../runtimes/list.ts'
import { findChromium, launchChromium } from '../browser/chromium.ts'
import { keep } from '../children.ts'
import { followMany } from './scripts/follow.mjs'
import { until } from './until.ts'

/** The agents of undici 7 work with fetch in every tested Node version. */
const UNDICI = path('test/runtimes/node_modules/undici/index.js')

export abstract class Client {
  readonly lines: string[] = []

  /** Resolves when it has printed all of these lines. */
  async prints(lines: string[]): Promise<void> {
    await until(
      () => lines.every((line) => this.lines.includes(line)),
      () => `missing ${lines.filter((line) => !this.lines.includes(line)).join(', ')}; got ${this.lines.join(', ')}`,
    )
  }

  /** Lines about open connections, for example `HTTP/2.0 on 7`. */
  get opened(): string[] {
    return this.lines.filter((line) => line.includes('is open')).map((line) => line.replace(/.*: /, ''))
  }

  abstract close(index: number): void | Promise<void>
  abstract stop(): void | Promise<void>
}

/** Starts a client. */
export type Start = (url: string, count: number, ca: string) => Promise<Client>

/** A program in a server runtime. */
class Process extends Client {
  readonly #child: ChildProcess

  constructor(runtime: string, args: string[], ca: string) {
    super()
    const [binary = '', ...own] = RUNTIMES[runtime] ?? []
    this.#child = keep(
      spawn(binary, [...own, path('test/servers/scripts/streams.mjs'), ...args], {
        env: { ...process.env, NODE_EXTRA_CA_CERTS: ca, DENO_CERT: ca },
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    )
    let rest = ''
    this.#child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      this.lines.push(...lines)
    })
    this.#child.once('exit', (code) => this.lines.push(`exited with ${String(code)}`))
  }

  close(index: number): void {
    this.#child.stdin?.write(`${index}\n`)
  }

  stop(): void {
    this.#child.kill('SIGKILL')
  }
}

/** @param options for fetch, or in Node for an agent of undici; none by default */
export function processIn(runtime: string, options?: object): Start {
  const undici = options !== undefined && runtime.startsWith('node') ? [UNDICI] : []
  return (url, count, ca) =>
    Promise.resolve(new Process(runtime, [url, String(count), JSON.stringify(options ?? {}), ...undici], ca))
}

/** Returns why a client is not available, if so. */
export function absent(name: string): string | undefined {
  if (name === 'chromium') return findChromium() === undefined ? 'Chromium is not installed' : undefined
  return missing(RUNTIMES[name] ?? []) ?? (name.startsWith('node') ? missing([UNDICI]) : undefined)
}

/** A same-origin page in a separate browser. */
class Page extends Client {
  readonly #browser: Browser
  close: (index: number) => Promise<void> = () => Promise.resolve()

  private constructor(browser: Browser) {
    super()
    this.#browser = browser
  }

  static async open(url: string, count: number): Promise<Page> {
    const page = new Page(await launchChromium())
    // The server's page may have a policy against scripts.
    const context = await page.#browser.newContext({ ignoreHTTPSErrors: true, bypassCSP: true })
    const tab = await context.newPage()
    await tab.exposeFunction('say', (line: string) => page.lines.push(line))
    await tab.goto(new URL('/', url).href)
    await tab.addScriptTag({ path: path('dist/everysource.min.js') })
    await tab.evaluate(`close = (${followMany.toString()})(everysource.EventSource, '${url}', ${count}, {}, say)`)
    page.close = (index) => tab.evaluate(`close(${index})`)
    return page
  }

  async stop(): Promise<void> {
    await this.#browser.close()
  }
}

export const chromium: Start = (url, count) => Page.open(url, count)
