/** docs/behaviour.md, made from the facts themselves: `npm run docs:behaviour`. A test sees to it that it is current. */

import { writeFileSync } from 'node:fs'
import { path } from './bundle.ts'
import { streamCases } from './cases.ts'
import { exceptionFor } from './exceptions.ts'
import { testName, type BehaviourFact } from './facts/fact.ts'
import { factsBySubject } from './facts/index.ts'

export const FILE = path('docs/behaviour.md')

/** The page as it should be. */
export function behaviourDoc(): string {
  const sections = Object.entries(factsBySubject).map(([subject, facts]) => {
    const lines = facts.map((fact) => `- ${fact.number}: ${fact.title}${exception(fact)}`)
    return `## ${subject}\n\n${lines.join('\n')}\n`
  })
  return `# How it behaves

What holds in every runtime, each line a test of the [conformance suite](../test/conformance). The numbers group what belongs
together. Besides these, ${streamCases.length} byte streams ([stream-cases.json](../test/conformance/stream-cases.json)) must
give the same messages, ids and reconnection times however they are cut.

Facts 25 and 26 are about whole processes and have [tests of their own](../test/runtimes/processes.ts): a process lives while
its source connects, is open or waits, and can exit once it is closed; silence costs no reconnection.

${sections.join('\n')}`
}

/** What no runtime lets a library do. */
function exception(fact: BehaviourFact): string {
  const reason = exceptionFor(testName(fact), { ours: true, runtime: 'any' })
  return reason === undefined ? '' : ` (the one exception: ${reason})`
}

if (process.argv[1] === import.meta.filename) writeFileSync(FILE, behaviourDoc())
