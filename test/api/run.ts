/**
 * Checks docs/api, docs/reference/api and the documentation of exports. `npm run api` writes docs/api, the API Extractor reports
 * of the declarations in dist. `npm run api:check` compares both folders to the code and reports undocumented exports. `npm run
 * docs:reference` writes docs/reference/api.
 */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { path } from '../conformance/bundle.ts'
import { Tally } from '../tally.ts'
import { difference } from './difference.ts'
import { hashInputs, rememberPassed, passedBefore } from './unchanged.ts'

const { write } = parseArgs({ options: { write: { type: 'boolean', default: false } } }).values

const hash = hashInputs()
const passed = write ? undefined : passedBefore(hash)
if (passed === undefined) await checkReports()
else console.log(`Unchanged since the last run\n${passed} passed, 0 failed`)

async function checkReports(): Promise<void> {
  // Loaded only when needed, because loading TypeScript takes longer than detecting that nothing changed.
  const { ENTRY_POINTS, extract } = await import('./extract.ts')
  const { committedReference, generateReference, REFERENCE } = await import('./reference.ts')

  const tally = new Tally()
  const suite = tally.suite('api')
  for (const [name, entryPoint] of Object.entries(ENTRY_POINTS)) {
    const { report, warnings } = extract(name, entryPoint)
    const file = `docs/api/${name}.api.md`
    if (write) {
      mkdirSync(path('docs/api'), { recursive: true })
      writeFileSync(path(file), report)
    }
    await suite.run(`${file} is current`, () => {
      const committed = existsSync(path(file)) ? readFileSync(path(file), 'utf8') : ''
      if (committed !== report) {
        throw new Error(
          `The public API differs from ${file}. To accept the change, run npm run api\n${difference(committed, report)}`,
        )
      }
    })
    await suite.run(`all exports of ${name} are documented`, () => {
      if (warnings.length > 0) throw new Error(warnings.join('\n'))
    })
  }
  suite.end()

  if (!write) {
    const reference = tally.suite('API reference')
    const { pages, warnings } = await generateReference()
    await reference.run('it has no warnings', () => {
      if (warnings.length > 0) throw new Error(warnings.join('\n'))
    })
    await reference.run(`${REFERENCE} is current`, () => {
      const committed = committedReference()
      const names = [...new Set([...committed.keys(), ...pages.keys()])]
      const differences = names
        .map((name) => [name, committed.get(name) ?? '', pages.get(name) ?? ''] as const)
        .filter(([, was, is]) => was !== is)
        .map(([name, was, is]) => `${name}\n${difference(was, is)}`)
      if (differences.length > 0) throw new Error(`Run npm run docs:reference\n${differences.join('\n')}`)
    })
    reference.end()
    const results = [...suite.results, ...reference.results]
    if (results.every(({ outcome }) => outcome === 'passed')) rememberPassed(hash, results.length)
  }
  tally.end()
}
