/** The suite in a server runtime: started with the settings as JSON, prints a JSON line for each result. */

import { runSuite } from '../conformance/suite.ts'
import type { Environment, EventSourceClass } from '../conformance/harness.ts'

interface Settings extends Omit<Environment, 'EventSource'> {
  /** The module that exports `EventSource`. */
  module: string
}

const { process } = globalThis as unknown as { process: { argv: string[]; exit(code: number): void } }
const settings = JSON.parse(process.argv[2] ?? '') as Settings
const { EventSource } = (await import(settings.module)) as { EventSource: EventSourceClass }

await runSuite({ ...settings, EventSource }, (result) => {
  console.log(JSON.stringify(result))
})
process.exit(0)
