/** Finds and loads the other packages. */

import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { path } from '../conformance/bundle.ts'

/** The folder in which each is installed. */
const FOLDERS: Record<string, string> = {
  'event-source-polyfill': 'test/compat',
  'sse.js': 'test/compat',
  'eventsource-client': 'bench',
  'launchdarkly-eventsource': 'bench',
}

/** The path of a package's entry point. */
export function locate(name: string): string {
  return createRequire(path(`${FOLDERS[name] ?? '.'}/package.json`)).resolve(name)
}

export async function load(name: string): Promise<unknown> {
  return import(pathToFileURL(locate(name)).href)
}
