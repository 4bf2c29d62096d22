/** The suite as a classic script for pages and workers, with the global `suite`. */

import * as fetchEventSource from 'everysource/fetch-event-source'
import type { Environment, EventSourceClass } from '../conformance/harness.ts'
import { runSuite } from '../conformance/suite.ts'
import { bind, type Library } from '../conformance/under-test.ts'

export type Settings = Omit<Environment, 'EventSource' | 'base'>

/** Runs the suite in the current page or worker, on our class or on the native one. */
export function run(
  settings: Settings,
  everysource: Library['everysource'],
  report: (result: unknown) => void,
): Promise<void> {
  const base = typeof document === 'undefined' ? location.href : document.baseURI
  const native = EventSource as EventSourceClass
  bind({ everysource, fetchEventSource })
  return runSuite({ ...settings, base, EventSource: settings.ours ? everysource.EventSource : native }, report)
}
