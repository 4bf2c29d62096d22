/** The suite in a server runtime: started with the settings as JSON, prints a JSON line for each result. */

import type { EventSourceClass } from '../conformance/harness.ts'
import { runSuite } from '../conformance/suite.ts'
import type { Settings } from './suite-process.ts'

const { process } = globalThis as unknown as { process: { argv: string[]; exit(code: number): void } }
const settings = JSON.parse(process.argv[2] ?? '') as Settings
const { EventSource } = (await import(settings.module)) as { EventSource: EventSourceClass }

await runSuite({ ...settings, EventSource }, (result) => {
  console.log(JSON.stringify(result))
})
process.exit(0)
