/** The other packages, wherever they are installed. */

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { path } from '../conformance/bundle.ts'

/** The folders beside whose package.json they lie. */
const FOLDERS: Record<string, string> = {
  'event-source-polyfill': 'test/compat',
  'sse.js': 'test/compat',
  'eventsource-client': 'bench',
  'launchdarkly-eventsource': 'bench',
}

/** Where a package is. */
export function locate(name: string): string {
  return createRequire(path(`${FOLDERS[name] ?? '.'}/package.json`)).resolve(name)
}

export async function load(name: string): Promise<unknown> {
  return import(pathToFileURL(locate(name)).href)
}
