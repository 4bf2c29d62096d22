/** The files of web-platform-tests that the figures were made with, and how many subtests each test has. */

import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../package/check.ts'
import { filesBelow, isTest } from './suite.ts'

export interface Manifest {
  /** The commit of the checkout, if it was one of Git. */
  commit?: string
  /** When it was updated. */
  date: string
  /** The start of the SHA-256 of each file. */
  files: Record<string, string>
  /** The number of subtests of each test file. */
  subtests: Record<string, number>
}

/** How a checkout differs from the manifest. */
export interface Difference {
  /** Tests and server programs that the manifest does not have. */
  unknown: string[]
  /** Tests, server programs and scripts of tests that only the manifest has. */
  missing: string[]
  changed: string[]
}

/** The files outside of `eventsource` that the tests use. */
const USED = [
  'common/dispatcher/dispatcher.js',
  'common/dispatcher/dispatcher.py',
  'common/get-host-info.sub.js',
  'common/redirect.py',
  'common/utils.js',
  'interfaces/dom.idl',
  'interfaces/html.idl',
  'resources/idlharness.js',
  'resources/testharness.js',
  'resources/webidl2/lib/webidl2.js',
]

/** Tests of open pull requests, and tests that another project has not sent yet. A checkout may lack them. */
const PROPOSED = /from-readable-stream|cross-origin-preflight|cors-unsafe-last-event-id|redirect-origin|bfcache/

const CLONE = 'git clone --depth 1 --filter=blob:none --sparse https://github.com/web-platform-tests/wpt'
const NAVIGATION = 'html/browsers/browsing-the-web'
const SPARSE = `git -C wpt sparse-checkout set eventsource common resources interfaces ${NAVIGATION}/back-forward-cache/resources ${NAVIGATION}/remote-context-helper/resources`

/** The commands that fetch a checkout. */
export const FETCH = [CLONE, SPARSE]

/** Why a folder cannot be tested, and how to get one that can; undefined if it is a checkout. */
export function problemOf(root: string | undefined): string | undefined {
  const lacking = ['eventsource', 'resources/testharness.js'].find((path) => !existsSync(join(root ?? '', path)))
  if (root !== undefined && lacking === undefined) return undefined
  const problem = root === undefined ? 'Option --root is missing' : `${root} has no ${lacking ?? ''}`
  return `${problem}. Pass a checkout of web-platform-tests with --root. These commands fetch one into wpt:\n  ${FETCH.join('\n  ')}`
}

export function readManifest(file: string): Manifest {
  return JSON.parse(readFileSync(file, 'utf8')) as Manifest
}

export function writeManifest(file: string, manifest: Manifest): void {
  const { files, subtests } = manifest
  writeFileSync(file, `${JSON.stringify({ ...manifest, files: sorted(files), subtests: sorted(subtests) }, null, 2)}\n`)
}

/** The hashes of a checkout's files. */
export function hashesOf(root: string): Manifest['files'] {
  const paths = [...filesBelow(root, 'eventsource'), ...USED.filter((path) => existsSync(join(root, path)))]
  return Object.fromEntries(paths.map((path) => [path, hashOf(readFileSync(join(root, path)))]))
}

export function compare({ files: known }: Pick<Manifest, 'files'>, files: Manifest['files']): Difference {
  const isWatched = (path: string): boolean => isTest(path) || path.endsWith('.py')
  const isNeeded = (path: string): boolean => (isWatched(path) || USED.includes(path)) && !PROPOSED.test(path)
  return {
    unknown: Object.keys(files).filter((path) => !(path in known) && isWatched(path)),
    missing: Object.keys(known).filter((path) => !(path in files) && isNeeded(path)),
    changed: Object.keys(files).filter((path) => path in known && known[path] !== files[path]),
  }
}

/** The commit of a checkout; undefined if it is not the top folder of a Git repository. */
export async function commitOf(root: string): Promise<string | undefined> {
  if (!existsSync(join(root, '.git'))) return undefined
  return (await run('git', ['rev-parse', 'HEAD'], root)).trim()
}

function hashOf(content: Buffer): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 16)
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([one], [other]) => (one < other ? -1 : 1)))
}
