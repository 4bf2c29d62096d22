/** Required runtime features, and polyfills for them. */

import { tryGet, hostFunction, runtime } from './globals.ts'

/** These also work in React Native; test/limits installs them. */
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
 * Checks the runtime before anything starts.
 *
 * @param user the class or function that has the requirements
 * @param absent requirements that are known to be missing
 * @throws a `TypeError` that lists the missing features and their polyfills
 */
export function assertSupported(
  user: string,
  names: readonly Requirement[],
  absent: readonly Requirement[] = [],
): void {
  const missing = [...absent, ...names.filter((name) => !isAvailable(name))]
  if (missing.length === 0) return
  const list = missing
    .map(describe)
    .join(', ')
    .replace(/,(?=[^,]*$)/, ' and')
  throw new TypeError(
    `${user} requires ${list}, which this runtime lacks. ${isSimulatedPage() ? TEST_HINT : polyfillHint(missing)}`,
  )
}

const TEST_HINT = 'In Jest, use the environment "node" or "jest-fixed-jsdom"'

function polyfillHint(missing: readonly Requirement[]): string {
  const polyfills = [...new Set(missing.map((name) => POLYFILLS[name]))]
  return `Load a polyfill before everysource, such as ${polyfills.join(', ')}`
}

/**
 * Whether a test environment such as jsdom simulates a page. Browsers use the browser build, and React Native lacks `document`.
 */
function isSimulatedPage(): boolean {
  return tryGet(() => runtime.document !== undefined && runtime.navigator?.product !== 'ReactNative') === true
}

function describe(name: Requirement): string {
  // The runtime may have an incomplete one.
  if (name === 'URL') return 'a complete URL'
  return name === 'TextDecoder' ? 'a streaming TextDecoder' : name
}

function isAvailable(name: Requirement): boolean {
  if (!hostFunction(name)) return false
  try {
    return name === 'URL' ? hasCompleteURL() : name === 'TextDecoder' ? decodesStreams() : true
  } catch {
    return false
  }
}

/** React Native's own URL has no setters. (Libraries/Blob/URL.js) */
function hasCompleteURL(): boolean {
  const url = new URL('?b#c', 'http://user:x@a.test:81/')
  url.hash = url.username = ''
  return url.href === 'http://:x@a.test:81/?b'
}

/** Some polyfills reject the option `stream`. */
function decodesStreams(): boolean {
  return new TextDecoder().decode(new Uint8Array([0xc3]), { stream: true }) === ''
}
