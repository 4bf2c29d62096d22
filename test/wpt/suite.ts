/** The test files of a checkout of web-platform-tests, and how each one runs. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The groups of the score, with their titles. */
export const GROUPS = {
  core: 'Core',
  window: 'Window',
  workers: 'Worker pages',
  idl: 'IDL',
  streams: 'Streams',
  safelist: 'Safelist',
  bfcache: 'Back/forward cache',
} as const
export type Group = keyof typeof GROUPS

/** `any` runs in windows and workers, `page` is a complete HTML page. */
type Kind = 'any' | 'window' | 'worker' | 'page'

export interface TestFile {
  /** Relative to the checkout. */
  path: string
  kind: Kind
  group: Group
}

/** One run of a test file in a browser. */
export interface Variant extends TestFile {
  /** Where the tests of a file that runs in both places run. */
  scope?: 'window' | 'worker'
  /** The path of the page on the test server. */
  page: string
}

/** The metadata in the first lines of a test file. */
export interface Meta {
  title?: string
  scripts: string[]
  isLong: boolean
}

/** The path of our IDL test: WPT tests `EventSource` in one large test of all interfaces of HTML. */
export const IDL_TEST = 'everysource/idlharness.any.js'

/** The setup of the IDL test is not one of its subtests. */
export const IDL_SETUP = '(setup)'

const IDL_SOURCE = `// META: title=EventSource: IDL
// META: script=/resources/WebIDLParser.js
// META: script=/resources/idlharness.js
promise_test(async () => {
  const definitions = await Promise.all(
    ['html', 'dom'].map(async (name) => (await fetch('/interfaces/' + name + '.idl')).text()),
  )
  const idl = new IdlArray()
  idl.add_idls(definitions[0], { only: ['EventSource', 'EventSourceInit'] })
  idl.add_untested_idls(definitions[0], { only: ['EventHandler', 'EventHandlerNonNull'] })
  const inherited = ['EventTarget', 'EventListener', 'EventListenerOptions', 'AddEventListenerOptions', 'Event', 'EventInit']
  idl.add_untested_idls(definitions[1], { only: inherited })
  self.source = new EventSource(new URL('/eventsource/resources/message.py?sleep=20000', location.href))
  idl.add_objects({ EventSource: ['source'] })
  idl.test()
  add_completion_callback(() => source.close())
}, '${IDL_SETUP}')
`

/** The files that WPT serves under other names, or that are ours. */
const RENAMED: Record<string, string> = { 'resources/WebIDLParser.js': 'resources/webidl2/lib/webidl2.js' }

const TEST_NAME = /\.(any|window|worker)\.js$|\.(x?html?|xht|svg)$/

export function isTest(path: string): boolean {
  return path.startsWith('eventsource/') && !path.includes('/resources/') && TEST_NAME.test(path)
}

/** All test files, and the IDL test if the checkout has what it needs. */
export function findTests(root: string): TestFile[] {
  const paths = filesBelow(root, 'eventsource').filter(isTest)
  const hasIDL = filesBelow(root, 'interfaces').includes('interfaces/html.idl')
  return [...paths, ...(hasIDL ? [IDL_TEST] : [])].map((path) => ({ path, kind: kindOf(path), group: groupOf(path) }))
}

/** The files in a folder of the checkout, in order; none if the folder is missing. */
export function filesBelow(root: string, folder: string): string[] {
  try {
    return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) =>
        join(entry.parentPath, entry.name)
          .slice(root.length + 1)
          .replaceAll('\\', '/'),
      )
      .sort()
  } catch {
    return []
  }
}

/** The source of a file, by its path on the test server. */
export function sourceOf(root: string, path: string): Buffer {
  if (path === IDL_TEST) return Buffer.from(IDL_SOURCE)
  return readFileSync(join(root, RENAMED[path] ?? path))
}

export function metaOf(source: string): Meta {
  const values = (key: string): string[] =>
    [...source.matchAll(new RegExp(`^// META: ${key}=(.*)$`, 'gm'))].map(([, value = '']) => value.trim())
  const [title] = values('title')
  return {
    ...(title !== undefined && { title }),
    scripts: values('script'),
    isLong: values('timeout').includes('long'),
  }
}

/** The pages that run a test file in a browser. */
export function variantsOf(test: TestFile): Variant[] {
  const page = `/${test.path.replace(/\.js$/, '.html')}`
  if (test.kind !== 'any') return [{ ...test, page }]
  return [
    { ...test, scope: 'window', page },
    { ...test, scope: 'worker', page: page.replace(/\.html$/, '.worker.html') },
  ]
}

function kindOf(path: string): Kind {
  return (/\.(any|window|worker)\.js$/.exec(path)?.[1] as Kind | undefined) ?? 'page'
}

function groupOf(path: string): Group {
  if (path === IDL_TEST) return 'idl'
  if (path.includes('from-readable-stream')) return 'streams'
  if (path.includes('cross-origin-preflight')) return 'safelist'
  if (path.includes('bfcache')) return 'bfcache'
  if (path.endsWith('.any.js')) return 'core'
  return path.includes('-worker/') ? 'workers' : 'window'
}
