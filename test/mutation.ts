/** Versions of the library that are broken on purpose: a test that finds nothing must be one that can. */

import { readFileSync } from 'node:fs'
import { build, type BuildOptions, type BuildResult } from 'esbuild'
import { path } from './conformance/bundle.ts'

export interface Mutation {
  /** Continues "a version that …". */
  what: string
  file: string
  replace: string
  by: string
}

/** Bundles it; of `src/index.ts` unless the options say otherwise. */
export function buildMutant({ file, replace, by }: Mutation, options: BuildOptions): Promise<BuildResult> {
  const source = readFileSync(path(file), 'utf8')
  if (!source.includes(replace)) throw new Error(`${file} does not contain ${replace} any more`)
  return build({
    entryPoints: [path('src/index.ts')],
    bundle: true,
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
    ...options,
  })
}
