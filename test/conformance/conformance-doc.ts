/** Generates docs/reference/conformance.md from the facts: `npm run docs:conformance`. A test checks that it is up to date. */

import { writeFileSync } from 'node:fs'
import { EventSource } from 'everysource'
import { path } from './bundle.ts'
import { streamCases } from './cases.ts'
import { exceptionFor } from './exceptions.ts'
import { testName, type BehaviorFact } from './facts/fact.ts'
import { factsBySubject } from './facts/index.ts'

export const FILE = path('docs/reference/conformance.md')

const RUNTIMES = [
  'node20',
  'node22',
  'node24',
  'node26',
  'deno',
  'bun',
  'workerd',
  'miniflare',
  'edge-runtime',
  'chromium',
]

/** The content of the page. */
export function conformanceDoc(): string {
  const sections = Object.entries(factsBySubject).map(([subject, facts]) => {
    const lines = facts.map((fact) => `- ${fact.number}: ${fact.title}${remark(fact)}`)
    return `## ${subject}\n\n${lines.join('\n')}\n`
  })
  return `# Conformance

Each line is one test of the [conformance suite](../../test/conformance). It passes in every runtime where it applies,
except for [those listed in runtimes.md](runtimes.md#exceptions). Related facts share a number.

The suite also includes ${streamCases.length} byte streams ([stream-cases.json](../../test/conformance/stream-cases.json)). Each must yield
the same messages, IDs and reconnection times, however the stream is split into chunks.

Facts 25 and 26 are about whole processes and have [separate tests](../../test/runtimes/processes.ts). A process stays alive while its
source is connecting, open or waiting to reconnect, and can exit after \`close()\`. Idle connections stay open.

See also the results of [web-platform-tests](../wpt.md), the test suite that browsers share.

${sections.join('\n')}`
}

/** Where a fact does not apply, or where it is excepted. */
function remark(fact: BehaviorFact): string {
  const excepted = RUNTIMES.filter((runtime) => exceptionFor(testName(fact), { ours: true, runtime }) !== undefined)
  const [first] = excepted
  if (first === undefined) return scope(fact)
  const where = excepted.length === RUNTIMES.length ? 'in any runtime' : `in ${excepted.join(', ')}`
  return ` (**not ${where}**: ${exceptionFor(testName(fact), { ours: true, runtime: first }) ?? ''})`
}

function scope({ needs = () => true }: BehaviorFact): string {
  const common = { runtime: '', EventSource, ours: true, origins: [], seed: 0, concurrency: 0 }
  const [outside, inside] = [undefined, 'http://localhost/'].map((base) => needs({ ...common, base }))
  if (outside === true) return inside === true ? '' : ' (outside browsers)'
  return inside === true ? ' (in browsers)' : ' (in pages)'
}

if (process.argv[1] === import.meta.filename) writeFileSync(FILE, conformanceDoc())
