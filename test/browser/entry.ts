/** The suite in a browser, as a classic script for pages and workers: one global, `suite`. */

import { runSuite } from '../conformance/suite.ts'
import type { Environment, EventSourceClass } from '../conformance/harness.ts'

export type Settings = Omit<Environment, 'EventSource' | 'base'>

/** Runs the suite where it stands, on our class or on the runtime's own. */
export function run(settings: Settings, ours: EventSourceClass, report: (result: unknown) => void): Promise<void> {
  const base = typeof document === 'undefined' ? location.href : document.baseURI
  const native = EventSource as EventSourceClass
  return runSuite({ ...settings, base, EventSource: settings.ours ? ours : native }, report)
}
