/** What the package cannot do without, and who brings it where a runtime lacks it. */

import { tryGet, hostFunction, runtime } from './globals.ts'

/** What works in React Native as well; test/limits installs them. */
const POLYFILLS = {
  EventTarget: 'event-target-polyfill',
  Event: 'event-target-polyfill',
  AbortController: 'abortcontroller-polyfill',
  TextDecoder: '@bacons/text-decoder',
  URL: 'react-native-url-polyfill',
  ReadableStream: 'web-streams-polyfill',
  TransformStream: 'web-streams-polyfill',
}

export type Requirement = keyof typeof POLYFILLS

/**
 * Sees to it that the runtime has what is needed, before anything is begun.
 *
 * @param what the class or function that is used
 * @param absent what is known to be missing
 * @throws a `TypeError` that names all that is missing, and polyfills of it
 */
export function assertSupported(
  what: string,
  names: readonly Requirement[],
  absent: readonly Requirement[] = [],
): void {
  const missing = [...absent, ...names.filter((name) => !isAvailable(name))]
  if (missing.length === 0) return
  throw new TypeError(
    `This runtime has no ${missing.map(describe).join(', no ')}, which ${what} needs. ${isSimulatedPage() ? TEST_HINT : polyfillHint(missing)}`,
  )
}

const TEST_HINT = 'In Jest, use the environment "node" or "jest-fixed-jsdom".'

function polyfillHint(missing: readonly Requirement[]): string {
  const polyfills = [...new Set(missing.map((name) => POLYFILLS[name]))]
  return `Load a polyfill before everysource, such as ${polyfills.join(', ')}.`
}

/** Whether a test environment imitates a page, as jsdom does. A browser has the browser build, and React Native has no document. */
function isSimulatedPage(): boolean {
  return tryGet(() => runtime.document !== undefined && runtime.navigator?.product !== 'ReactNative') === true
}

function describe(name: Requirement): string {
  // There may be one that will not do.
  if (name === 'URL') return 'complete URL'
  return name === 'TextDecoder' ? 'streaming TextDecoder' : name
}

function isAvailable(name: Requirement): boolean {
  if (!hostFunction(name)) return false
  try {
    return name === 'URL' ? hasCompleteURL() : name === 'TextDecoder' ? decodesStreams() : true
  } catch {
    return false
  }
}

/** Of React Native's own URL nothing can be set. (Libraries/Blob/URL.js) */
function hasCompleteURL(): boolean {
  const url = new URL('?b#c', 'http://user:x@a.test:81/')
  url.hash = url.username = ''
  return url.href === 'http://:x@a.test:81/?b'
}

/** Some polyfills refuse the option `stream`. */
function decodesStreams(): boolean {
  return new TextDecoder().decode(new Uint8Array([0xc3]), { stream: true }) === ''
}
