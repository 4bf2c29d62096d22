/** Bundles the suite for runtimes that do not read TypeScript. */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { build, type Plugin } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { checkBundle } from './which-build.ts'

const root = new URL('../../', import.meta.url)

/** A path within the project. */
export function path(relative: string): string {
  return fileURLToPath(new URL(relative, root))
}

/** The URL of a module within the project: on Windows a path cannot be imported. */
export function moduleURL(relative: string): string {
  return new URL(relative, root).href
}

/** Programs import the package by its name, as a user's do; here that is what is under test. */
export const programsUnderTest: Plugin = {
  name: 'programs-under-test',
  setup({ onResolve }) {
    onResolve({ filter: /^everysource/ }, ({ importer }) =>
      importer.startsWith(path('test/conformance/programs/'))
        ? { path: path('test/conformance/under-test.ts') }
        : undefined,
    )
  },
}

/** Bundles an entry for a server runtime into `.cache`. If it imports modules of `dist`, they are of the default build. */
export async function bundle(entry: string, output: string, format: 'esm' | 'iife' = 'esm'): Promise<string> {
  const outfile = path(`.cache/${output}`)
  const { outputFiles, metafile } = await build({
    absWorkingDir: path('.'),
    entryPoints: [path(entry)],
    outfile,
    metafile: true,
    write: false as const,
    bundle: true,
    format,
    target: 'es2022',
    sourcemap: 'inline',
    logLevel: 'warning',
    plugins: [programsUnderTest],
  })
  checkBundle(metafile, 'default')
  // In one step: a test that runs beside this one may be about to read the file.
  const unfinished = `${outfile}.${process.pid}`
  mkdirSync(path('.cache'), { recursive: true })
  writeFileSync(unfinished, outputFiles[0]?.contents ?? '')
  renameSync(unfinished, outfile)
  return outfile
}
