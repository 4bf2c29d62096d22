/** The text of docs/background/benchmarks.md, from the available results. */

import { summary } from './summary.ts'
import { targetsTable } from './targets.ts'
import { SECTIONS } from './sections.ts'
import type { Measured, Results } from './results.ts'

export function benchmarksPage(results: Results): string {
  return `# Benchmarks

CPU time per message in Node, for messages of 176 bytes, 100 per chunk. The **baseline** does only the minimum: \`fetch\`, read the
body, decode UTF-8 with one \`TextDecoder\`, parse with \`eventsource-parser\`, call a function.
${summary(results)}

## How it is measured

\`npm run bench\` runs all benchmarks in 40 minutes and writes this page and its chart; \`-- --only latency\` repeats one section.
Compare only figures of the same run: other machines and other days give other figures. \`npm run bench:smoke\` checks that everything
works, without measuring.

Each contender runs in a separate process, one after the other, in several rounds; the server is another process. Figures are medians
over the rounds. Ratios are medians of each round's ratio, because the speed of the machine varies between rounds. Our code is the
published build in \`dist\`.

Messages look like \`data: {"n":10000042,"token":" the quick brown …"}\`. A contender must receive all of them in order, with the right
checksum; otherwise its result is discarded. Versions: ${versionsIn(results)}.

## Targets

${targetsTable(results)}

${names(results)
  .map((name) => section(name, results))
  .join('\n\n')}
`
}

/** Versions of all contenders, without duplicates. */
function versionsIn(results: Results): string {
  return [...new Set(Object.values(results).flatMap(({ circumstances }) => circumstances.versions))].join(', ')
}

function names(results: Results): (keyof Measured)[] {
  return (Object.keys(SECTIONS) as (keyof Measured)[]).filter((name) => results[name] !== undefined)
}

/** One section, with the command that repeats it, and the date and machine. */
export function section(name: keyof Measured, results: Results): string {
  const result = results[name]
  if (!result) return ''
  const { title, prose, tables } = SECTIONS[name]
  const { date, machine, node } = result.circumstances
  // TypeScript can't know that both belong to the same measure.
  const [text, figures] = [prose, tables].map((make) => (make as (measured: unknown) => string)(result.measured))
  return `## ${title}

${text ?? ''}

${figures ?? ''}

\`npm run bench -- --only ${name}\`, ${date}: Node ${node}, ${machine}.`
}
