/** docs/background/benchmarks.md, of whatever has been measured. */

import { aimsTable } from './aims.ts'
import { tokenCell } from './bursts.ts'
import { SECTIONS } from './sections.ts'
import type { Measured, Results } from './results.ts'

export function benchmarksPage(results: Results): string {
  return `# Benchmarks

\`npm run bench\` measures all that is here in half an hour and writes this page and its chart; \`-- --only latency\`
measures one section anew. The figures of two machines, or of two days, are not to be compared: only what one run has measured
side by side is. \`npm run bench:smoke\` checks that everything works, without a figure.

Each contender has a process of its own, one after the other, and then all again in the next round; figures are medians of the
rounds, and so are ratios: of each round's own, for the machine may be slower in one than in the next. The server is another
process. **The floor** is what nobody can avoid: \`fetch\`, read the body, decode UTF-8 with one
\`TextDecoder\`, parse with \`eventsource-parser\`, call a function. Ours is what ships, from \`dist\`. Messages are such as
\`data: {"n":10000042,"token":" the quick brown …"}\`. Each has a number, and a contender that has not got as many as were sent, with
the same checksum, in the same order, has no figure: its row is void. Versions: ${versionsIn(results)}.
${tokenCell(results.throughput?.measured, 100) ? '\n![CPU time per message of each contender, as a ratio to the floor](benchmarks.svg)\n' : ''}
## What it aims at

${aimsTable(results)}

${names(results)
  .map((name) => section(name, results))
  .join('\n\n')}
`
}

/** Of all who take part, each once. */
function versionsIn(results: Results): string {
  return [...new Set(Object.values(results).flatMap(({ circumstances }) => circumstances.versions))].join(', ')
}

function names(results: Results): (keyof Measured)[] {
  return (Object.keys(SECTIONS) as (keyof Measured)[]).filter((name) => results[name] !== undefined)
}

/** One section; under it, how to measure it, and when and where it was. */
export function section(name: keyof Measured, results: Results): string {
  const result = results[name]
  if (!result) return ''
  const { title, prose, tables } = SECTIONS[name]
  const { date, machine, node } = result.circumstances
  // They are of the same measure, which is more than TypeScript can know.
  const [text, figures] = [prose, tables].map((make) => (make as (measured: unknown) => string)(result.measured))
  return `## ${title}

${text ?? ''}

${figures ?? ''}

\`npm run bench -- --only ${name}\`, ${date}: Node ${node}, ${machine}.`
}
