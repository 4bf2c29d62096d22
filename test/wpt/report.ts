/** Writes docs/wpt.md. */

import { writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { path } from '../conformance/bundle.ts'
import type { Implementation } from './implementations.ts'
import { scoreOf, type FileResult } from './judge.ts'
import { FETCH } from './manifest.ts'
import { OUT_OF_REACH, type OutOfReach } from './out-of-reach.ts'
import { GROUPS, type Group } from './suite.ts'

const FILE = path('docs/wpt.md')

/** With more failed files, only their number is listed. */
const LISTED = 20

/** An implementation in a runtime. */
export interface Run {
  implementation: Pick<Implementation, 'name' | 'title' | 'isOurs'>
  /** Name and version of the runtime. */
  title: string
  files: FileResult[]
}

const groups = Object.keys(GROUPS) as Group[]

export async function writeReport(runs: Run[], source: string): Promise<void> {
  const config = await resolveConfig(FILE)
  writeFileSync(FILE, await format(reportOf(runs, source), { ...config, filepath: FILE }))
}

/** @param source where the tests come from */
export function reportOf(runs: Run[], source: string): string {
  const rows = runs.map((run) => {
    const { title, isOurs } = run.implementation
    return `| ${isOurs ? `**${title}**` : title} | ${run.title} | ${groups.map((group) => cellOf(run, group)).join(' | ')} |`
  })
  const peers = runs.filter((run) => !run.implementation.isOurs && run.files.length > 0)
  return `# web-platform-tests

[web-platform-tests](https://web-platform-tests.org) (WPT) is the test suite that browsers share. This page shows how many of its
subtests for \`EventSource\` pass, with everysource, other packages and each runtime's native \`EventSource\`.
\`npm run wpt\` writes it. The tests come from ${source}.

| Implementation | Runtime | ${Object.values(GROUPS).join(' | ')} |
| --- | --- | ${groups.map(() => '---:').join(' | ')} |
${rows.join('\n')}

- **Core**: tests that run anywhere. Browsers run them twice, in a page and in a worker, like those in IDL and Streams.
- **Window**: tests that need a page. Node, Deno and Bun run those for which a URL and a title are enough.
- **Worker pages**: dedicated and shared workers.
- **IDL**: the members of the interface.
- **Streams**: the proposed \`EventSource.fromReadableStream()\`. One subtest expects a \`TypeError\`, so it passes without the method too.
- **Safelist**: the proposed rule for which event IDs trigger a CORS preflight.
- **Back/forward cache**: the connection closes when the page enters the cache, and opens again when it returns. Firefox does not
  cache pages with an open connection.

Bun has no native \`EventSource\`. The tests of \`retry\` and of the back/forward cache measure time, so a file of these that fails runs again,
alone.

## Out of reach of a script

These subtests fail with everysource, because they need abilities that scripts do not have. The run fails if one of them passes, or if
any other subtest fails. The list is [out-of-reach.ts](../test/wpt/out-of-reach.ts).

${entriesOf('fails')}

These count for no implementation:

${entriesOf('does not apply', 'does not run')}

## Failures of the others

Failed subtests in Core, Window, Worker pages and IDL, by test file:

${peers.map(failuresOf).join('\n')}

## Run the tests

\`\`\`sh
${FETCH.join('\n')}
npm run wpt -- --root wpt
\`\`\`

- \`--only firefox\` runs one runtime, \`--filter format-\` the test files that match, and \`--ours\` only everysource.
- \`--repeat 10\` also fails if a subtest passes in some of the runs only.
- \`--update\` records the files and the number of their subtests in [manifest.json](../test/wpt/manifest.json). Without it, the run fails
  if the checkout has tests that the manifest does not know, or lacks some.
`
}

function entriesOf(...kinds: OutOfReach['kind'][]): string {
  const entries = OUT_OF_REACH.filter(({ kind }) => kinds.includes(kind))
  return entries
    .map(({ file, subtests = [], place, kind, reason }) => {
      const names = subtests.map((name) => `"${name}"`).join(', ')
      return `- \`${file}\` ${names === '' ? '' : `(${names}) `}${kind} ${place}: ${reason}.`
    })
    .join('\n')
}

function cellOf({ files }: Run, group: Group): string {
  const score = scoreOf(files, group)
  return score ? `${score.passed}/${score.total}` : '–'
}

/** One line: the files with failed subtests, in a window and in a worker. */
function failuresOf({ implementation, title, files }: Run): string {
  const judged = files.filter(({ group }) => ['core', 'window', 'workers', 'idl'].includes(group))
  const inWorkers = judged.filter(({ scope }) => scope === 'worker')
  const others = judged.filter(({ scope }) => scope !== 'worker')
  const parts = [
    ['', failedOf(others), others.length],
    ['in workers: ', failedOf(inWorkers), inWorkers.length],
  ] as const
  const texts = parts
    .filter(([, failed]) => failed.length > 0)
    .map(
      ([prefix, failed, total]) =>
        prefix + (failed.length > LISTED ? `${failed.length} of ${total} files` : failed.join(', ')),
    )
  return `- ${implementation.title} in ${title}: ${texts.length > 0 ? texts.join('; ') : 'none'}`
}

function failedOf(files: FileResult[]): string[] {
  return files.flatMap(({ path, subtests }) => {
    const failed = subtests.filter(({ hasPassed }) => !hasPassed).length
    const name = `\`${path.replace(/^\w+\//, '')}\``
    return failed === 0 ? [] : [subtests.length === 1 ? name : `${name} (${failed} of ${subtests.length})`]
  })
}
