/**
 * The reports of the public API in docs/api: `npm run api` writes them, `npm run api:check` says how they differ from what the
 * declarations in dist say, and what is public and has no documentation; and the same of docs/reference/api, which
 * `npm run docs:reference` writes.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { path } from '../conformance/bundle.ts'
import { Tally } from '../tally.ts'
import { difference } from './difference.ts'
import { hashInputs, keepPassed, passedBefore } from './unchanged.ts'

const { write } = parseArgs({ options: { write: { type: 'boolean', default: false } } }).values

const hash = hashInputs()
const passed = write ? undefined : passedBefore(hash)
if (passed === undefined) await makeReports()
else console.log(`Unchanged since the last run\n${passed} passed, 0 failed`)

async function makeReports(): Promise<void> {
  // They load TypeScript, which takes longer than to see that nothing has changed.
  const { ENTRY_POINTS, extract } = await import('./extract.ts')
  const { committedReference, makeReference, REFERENCE } = await import('./reference.ts')

  const tally = new Tally()
  const suite = tally.suite('api')
  for (const [name, entryPoint] of Object.entries(ENTRY_POINTS)) {
    const { report, complaints } = extract(name, entryPoint)
    const file = `docs/api/${name}.api.md`
    if (write) {
      mkdirSync(path('docs/api'), { recursive: true })
      writeFileSync(path(file), report)
    }
    await suite.run(`${file} is current`, () => {
      const committed = existsSync(path(file)) ? readFileSync(path(file), 'utf8') : ''
      if (committed !== report) {
        throw new Error(
          `The public API is not what ${file} says. If that is meant: npm run api\n${difference(committed, report)}`,
        )
      }
    })
    await suite.run(`all that ${name} exports is documented`, () => {
      if (complaints.length > 0) throw new Error(complaints.join('\n'))
    })
  }
  suite.end()

  if (!write) {
    const reference = tally.suite('API reference')
    const { pages, complaints } = await makeReference()
    await reference.run('it says all that there is to say', () => {
      if (complaints.length > 0) throw new Error(complaints.join('\n'))
    })
    await reference.run(`${REFERENCE} is current`, () => {
      const committed = committedReference()
      const names = [...new Set([...committed.keys(), ...pages.keys()])]
      const differences = names
        .map((name) => [name, committed.get(name) ?? '', pages.get(name) ?? ''] as const)
        .filter(([, was, is]) => was !== is)
        .map(([name, was, is]) => `${name}\n${difference(was, is)}`)
      if (differences.length > 0) throw new Error(`To write it: npm run docs:reference\n${differences.join('\n')}`)
    })
    reference.end()
    const results = [...suite.results, ...reference.results]
    if (results.every(({ outcome }) => outcome === 'passed')) keepPassed(hash, results.length)
  }
  tally.end()
}
