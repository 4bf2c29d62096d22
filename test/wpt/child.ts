/**
 * Runs one test file in a process of Node, Deno or Bun, and posts its results to the test server: `child.ts <job as JSON>`. Only
 * `location` and what the test itself needs of a window is added to the runtime.
 */

import dns from 'node:dns'
import process from 'node:process'
import { REPORT } from './pages.ts'
import type { Report } from './server.ts'
import { IDL_TEST, metaOf, sourceOf } from './suite.ts'

export interface Job {
  root: string
  /** The test file. */
  path: string
  /** Its URL on the test server. */
  url: string
  /** The domain whose subdomains are this machine. */
  host: string
  /** A module that exports `EventSource`; undefined for the global one. */
  module: string | undefined
  /** Whether the implementation finds its base URL only in a document. */
  needsDocument: boolean
  /** Ends tests that are not done, after a time in ms. */
  limit: number
}

/** How long errors may follow the last result, in ms. */
const LINGER = 50

const job = JSON.parse(process.argv[2] ?? '') as Job
const isWindow = job.path.endsWith('.window.js') || job.path === IDL_TEST
const { fetch } = globalThis
const errors: string[] = []
for (const event of ['uncaughtException', 'unhandledRejection']) {
  process.on(event, (error: unknown) => errors.push(describe(error)))
}

// Deno and Bun get a proxy instead.
const { lookup } = dns
const isOurHost = (name: string): boolean => name === job.host || name.endsWith(`.${job.host}`)
dns.lookup = ((name: string, ...rest: [never, never]) => {
  lookup(isOurHost(name) ? '127.0.0.1' : name, ...rest)
}) as typeof dns.lookup

const { subtests, message } = await run().catch((error: unknown) => ({ subtests: [], message: describe(error) }))
await post({ subtests, message: message ?? errors[0] ?? null })
process.exit()

async function run(): Promise<Report> {
  const EventSource = await load()
  const source = textOf(job.path)
  const { title = '', scripts } = metaOf(source)
  define('self', globalThis)
  define('GLOBAL', { isWindow: () => isWindow, isWorker: () => false, isShadowRealm: () => false })
  define('META_TITLE', title)
  evaluate(textOf('resources/testharness.js'))
  const harness = globalThis as unknown as Harness
  const completed = new Promise<Report>((resolve) => {
    harness.add_completion_callback((tests, { message }) => {
      resolve({ subtests: tests.map(({ name, status, message }) => ({ name, status, message })), message })
    })
  })
  surround(EventSource, title)
  for (const script of scripts) evaluate(await scriptOf(new URL(script, job.url)))
  // As parameters, so that the implementation sees the runtime without a document.
  const parameters = { window: globalThis, document: documentOf(title), fetch: fetchRelative }
  new Function(...Object.keys(parameters), source)(...Object.values(parameters))
  harness.done()
  setTimeout(() => {
    harness.timeout()
  }, job.limit)
  const report = await completed
  await new Promise((resolve) => setTimeout(resolve, LINGER))
  return report
}

/** The globals of `testharness.js`. */
interface Harness {
  add_completion_callback(callback: (tests: Report['subtests'], harness: { message: string | null }) => void): void
  done(): void
  timeout(): void
}

/** Loads the implementation before anything of a browser is defined. */
async function load(): Promise<unknown> {
  if (job.module !== undefined) return ((await import(job.module)) as { EventSource: unknown }).EventSource
  const native = (globalThis as { EventSource?: unknown }).EventSource
  if (native === undefined) throw new Error('there is no native EventSource')
  return native
}

/** The base URL, where the implementations look for it, and the implementation. */
function surround(EventSource: unknown, title: string): void {
  // In Deno it is there already.
  if ((globalThis as { location?: unknown }).location === undefined) define('location', new URL(job.url))
  // undici and Node
  define(Symbol.for('undici.globalOrigin.1'), new URL(job.url))
  if (job.needsDocument) define('document', documentOf(title))
  // The IDL harness expects interfaces on it.
  if (job.path === IDL_TEST)
    define('Window', function Window() {
      return undefined
    })
  define('EventSource', EventSource)
}

function documentOf(title: string): object {
  // The test harness looks for a `<title>`.
  return { title, domain: job.host, baseURI: job.url, getElementsByTagName: () => [] }
}

/** Templates come from the server, because it knows its ports. */
async function scriptOf(url: URL): Promise<string> {
  return url.pathname.includes('.sub.') ? (await fetch(url)).text() : textOf(url.pathname.slice(1))
}

function fetchRelative(input: string, init?: RequestInit): Promise<Response> {
  return fetch(new URL(input, job.url), init)
}

function textOf(path: string): string {
  return sourceOf(job.root, path).toString()
}

function evaluate(script: string): void {
  // Indirectly, in the global scope.
  const indirect = eval
  indirect(script)
}

function define(name: string | symbol, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, enumerable: false, configurable: true })
}

function describe(error: unknown): string {
  return error instanceof Error ? String(error.stack) : String(error)
}

async function post(report: Report): Promise<void> {
  await fetch(new URL(REPORT, job.url), { method: 'POST', body: JSON.stringify(report) })
}
