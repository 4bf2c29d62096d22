/** Subtests that a script cannot pass, and tests that do not run somewhere, each with a reason. A listed failure that passes fails the run. */

import { BROWSERS } from './browsers.ts'

const isBrowser = (runtime: string): boolean => BROWSERS.some(({ name }) => name === runtime)

/** Where an entry applies, by its title in the report. */
const PLACES = {
  everywhere: () => true,
  'in browsers': isBrowser,
  'in WebKit': (runtime: string) => runtime === 'webkit',
  'in Node, Deno and Bun': (runtime: string) => !isBrowser(runtime),
} satisfies Record<string, (runtime: string) => boolean>

export interface OutOfReach {
  /** The test file, below `eventsource`. */
  file: string
  /** The subtests; without them, the whole file. */
  subtests?: string[]
  place: keyof typeof PLACES
  /** `fails` counts as a failure of ours. Neither of the others counts for any implementation. */
  kind: 'fails' | 'does not apply' | 'does not run'
  reason: string
}

const CORS = 'EventSource: cross-origin'
const CORS_FAILURES = [
  `${CORS} allow-origin: http://example.org should fail`,
  `${CORS} allow-origin:'' should fail`,
  `${CORS} No allow-origin should fail`,
]
const PREFLIGHT = 'EventSource: cross-origin preflight -'

export const OUT_OF_REACH: OutOfReach[] = [
  {
    file: 'eventsource-onmessage-trusted.any.js',
    place: 'everywhere',
    kind: 'fails',
    reason: 'only the runtime itself can dispatch trusted events',
  },
  {
    file: 'eventsource-cross-origin.window.js',
    subtests: CORS_FAILURES,
    place: 'in browsers',
    kind: 'fails',
    reason:
      '`fetch` reports a request that CORS blocks like a lost connection, so the source reconnects instead of failing',
  },
  {
    file: 'eventsource-request-cancellation.any.window.js',
    place: 'in browsers',
    kind: 'fails',
    reason: '`fetch` reports `window.stop()` like a lost connection, so the source reconnects instead of failing',
  },
  {
    file: 'request-credentials.any.window.js',
    place: 'in browsers',
    kind: 'fails',
    reason: '`Last-Event-ID` from a script triggers a preflight, which the server of the test does not answer',
  },
  {
    file: 'eventsource-cross-origin-preflight.window.js',
    subtests: [`${PREFLIGHT} safe \`last-event-id\` (no preflight)`],
    place: 'in browsers',
    kind: 'fails',
    reason: '`Last-Event-ID` from a script always triggers a preflight',
  },
  ...['format-field-id.any.js', 'format-field-id-2.any.js'].map((file): OutOfReach => ({
    file,
    place: 'in WebKit',
    kind: 'fails',
    reason: '`fetch` in WebKitGTK cannot send header characters above U+00FF, so such an ID is omitted',
  })),
  {
    file: 'eventsource-bfcache.window.js',
    place: 'in WebKit',
    kind: 'does not run',
    reason: 'everysource reconnects after 3 s by default, which is as long as the test waits, so the result varies',
  },
  {
    file: 'eventsource-bfcache.window.js',
    place: 'in Node, Deno and Bun',
    kind: 'does not run',
    reason: 'it needs pages',
  },
  {
    file: 'eventsource-request-cancellation.any.window.js',
    place: 'in Node, Deno and Bun',
    kind: 'does not run',
    reason: 'it needs `window.stop()`',
  },
  {
    file: 'request-credentials.any.window.js',
    place: 'in Node, Deno and Bun',
    kind: 'does not run',
    reason: 'it needs a cookie store',
  },
  {
    file: 'eventsource-cross-origin.window.js',
    subtests: CORS_FAILURES,
    place: 'in Node, Deno and Bun',
    kind: 'does not apply',
    reason: 'only browsers enforce CORS',
  },
  {
    file: 'eventsource-cross-origin-preflight.window.js',
    subtests: [
      `${PREFLIGHT} unsafe \`last-event-id\` (too long)`,
      `${PREFLIGHT} unsafe \`last-event-id\` (unsafe characters)`,
    ],
    place: 'in Node, Deno and Bun',
    kind: 'does not apply',
    reason: 'only browsers send preflights',
  },
]

/** Test files whose own faults are errors outside of their subtests, with any implementation. */
export const FAULTY: Record<string, string> = {
  'eventsource/eventsource-from-readable-stream.any.js': 'a test closes its stream a second time',
}

/** The entries for a test file in a runtime. */
export function entriesFor(path: string, runtime: string): OutOfReach[] {
  return OUT_OF_REACH.filter(({ file, place }) => path === `eventsource/${file}` && PLACES[place](runtime))
}

/** Whether a test file runs in a runtime. */
export function runsIn(path: string, runtime: string): boolean {
  return !entriesFor(path, runtime).some(({ kind }) => kind === 'does not run')
}
