/** Versions that leak on purpose, each of which must be noticed. */

import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { path } from '../../conformance/bundle.ts'
import type { Outcome } from './lab.ts'

interface Mutant {
  what: string
  file: string
  replace: string
  by: string
  /** What shows it, and how. */
  scenario: string
  isNoticed: (outcome: Outcome) => boolean
}

export const MUTANTS: Mutant[] = [
  {
    what: "never takes its listener off the caller's signal",
    file: 'src/connection/connection.ts',
    replace: "signal.removeEventListener('abort', abort)",
    by: 'void 0',
    scenario: 'connect, message, close',
    isNoticed: ({ listeners }) => hasSome(listeners),
  },
  {
    what: 'keeps the socket of a refused response',
    file: 'src/connection/refused-body.ts',
    replace: 'request.abort()\n  return text',
    by: 'return text',
    scenario: 'a refused response',
    isNoticed: ({ sockets }) => sockets > 0,
  },
  {
    what: 'keeps the socket of a loop that is left',
    file: 'src/event-stream/event-stream.ts',
    replace: '          inbox.end()\n          return',
    by: '          return',
    scenario: 'a loop left by break',
    isNoticed: ({ sockets }) => sockets > 0,
  },
  {
    what: 'leaves its timer running',
    file: 'src/connection/wait.ts',
    replace: 'clearTimeout(timer)',
    by: 'void 0',
    scenario: 'EventSource, close() in the wait',
    isNoticed: ({ resources }) => resources.includes('Timeout'),
  },
  {
    what: 'keeps what is closed',
    file: 'src/connection/connection.ts',
    replace: 'close(): void {',
    by: 'close(): void { ((globalThis as any).kept ??= []).push(this)',
    scenario: 'connect, message, close',
    isNoticed: ({ uncollected }) => hasSome(uncollected),
  },
]

function hasSome(counts: Record<string, number>): boolean {
  return Object.keys(counts).length > 0
}

/** Builds it, and returns the module's path. */
export async function buildMutant({ what, file, replace, by }: Mutant): Promise<string> {
  const source = readFileSync(path(file), 'utf8')
  if (!source.includes(replace)) throw new Error(`${file} does not contain ${replace} any more`)
  const outfile = path(`.cache/hostile/${what.replace(/\W+/g, '-')}.mjs`)
  await build({
    entryPoints: [path('src/index.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    logLevel: 'error',
    plugins: [
      {
        name: 'mutate',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, (args) =>
            args.path === path(file) ? { contents: source.replace(replace, () => by), loader: 'ts' } : undefined,
          )
        },
      },
    ],
  })
  return outfile
}
