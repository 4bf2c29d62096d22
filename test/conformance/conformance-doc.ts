/** docs/reference/conformance.md, made from the facts themselves: `npm run docs:conformance`. A test sees to it that it is current. */

import { writeFileSync } from 'node:fs'
import { EventSource } from 'everysource'
import { path } from './bundle.ts'
import { streamCases } from './cases.ts'
import { exceptionFor } from './exceptions.ts'
import { testName, type BehaviourFact } from './facts/fact.ts'
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

/** The page as it should be. */
export function behaviourDoc(): string {
  const sections = Object.entries(factsBySubject).map(([subject, facts]) => {
    const lines = facts.map((fact) => `- ${fact.number}: ${fact.title}${remark(fact)}`)
    return `## ${subject}\n\n${lines.join('\n')}\n`
  })
  return `# How it behaves

What holds in every runtime unless its line says otherwise, each line a test of the
[conformance suite](../../test/conformance). The numbers group what belongs together. Besides these, ${streamCases.length} byte streams
([stream-cases.json](../../test/conformance/stream-cases.json)) must give the same messages, ids and reconnection times however
they are cut.

Facts 25 and 26 are about whole processes and have [tests of their own](../../test/runtimes/processes.ts): a process lives while
its source connects, is open or waits, and can exit once it is closed; silence costs no reconnection.

${sections.join('\n')}`
}

/** Where a fact does not apply, or cannot hold. */
function remark(fact: BehaviourFact): string {
  const excepted = RUNTIMES.filter((runtime) => exceptionFor(testName(fact), { ours: true, runtime }) !== undefined)
  const [first] = excepted
  if (first === undefined) return scope(fact)
  const where = excepted.length === RUNTIMES.length ? 'in any runtime' : `in ${excepted.join(', ')}`
  return ` (**not ${where}**: ${exceptionFor(testName(fact), { ours: true, runtime: first }) ?? ''})`
}

function scope({ needs = () => true }: BehaviourFact): string {
  const common = { runtime: '', EventSource, ours: true, origins: [], seed: 0, concurrency: 0 }
  const [outside, inside] = [undefined, 'http://localhost/'].map((base) => needs({ ...common, base }))
  if (outside === true) return inside === true ? '' : ' (outside browsers)'
  return inside === true ? ' (in browsers)' : ' (in pages)'
}

if (process.argv[1] === import.meta.filename) writeFileSync(FILE, behaviourDoc())
