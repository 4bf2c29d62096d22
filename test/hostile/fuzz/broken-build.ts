/** Builds the library with something broken in it on purpose. */

import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { path } from '../../conformance/bundle.ts'

export interface Broken {
  /** Continues "a version that …". */
  what: string
  file: string
  replace: string
  by: string
}

/** Its text: as a script it defines the global `everysource`. */
export async function buildBroken({ file, replace, by }: Broken, format: 'iife' | 'esm'): Promise<string> {
  const source = readFileSync(path(file), 'utf8')
  if (!source.includes(replace)) throw new Error(`${file} does not contain ${replace} any more`)
  const { outputFiles } = await build({
    entryPoints: [path('src/index.ts')],
    bundle: true,
    write: false as const,
    format,
    ...(format === 'iife' && { globalName: 'everysource' }),
    target: 'es2022',
    logLevel: 'error',
    plugins: [
      {
        name: 'break',
        setup({ onLoad }) {
          onLoad({ filter: /\.ts$/ }, (args) =>
            args.path === path(file) ? { contents: source.replace(replace, () => by), loader: 'ts' } : undefined,
          )
        },
      },
    ],
  })
  return outputFiles[0]?.text ?? ''
}
