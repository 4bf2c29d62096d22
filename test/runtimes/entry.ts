/** Runs the suite in a server runtime. Takes the settings as JSON and prints one JSON line per result. */

import { runSuite } from '../conformance/suite.ts'
import { bind, type Library } from '../conformance/under-test.ts'
import type { Settings } from './suite-process.ts'

const { process } = globalThis as unknown as { process: { argv: string[]; exit(code: number): void } }
const settings = JSON.parse(process.argv[2] ?? '') as Settings
const { module, dropIn } = settings
const everysource = (await import(module)) as Library['everysource']
if (dropIn !== undefined) bind({ everysource, fetchEventSource: (await import(dropIn)) as Library['fetchEventSource'] })

await runSuite({ ...settings, EventSource: everysource.EventSource }, (result) => {
  console.log(JSON.stringify(result))
})
process.exit(0)
