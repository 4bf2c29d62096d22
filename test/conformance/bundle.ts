/** Bundles the suite for runtimes that cannot run TypeScript. */

import { mkdirSync, renameSync, writeFileSync } from 'node:fs'
import { build, type Plugin } from 'esbuild'
import { fileURLToPath } from 'node:url'
import { checkBundle } from './which-build.ts'

const root = new URL('../../', import.meta.url)

/** The absolute path of a file in the project. */
export function path(relative: string): string {
  return fileURLToPath(new URL(relative, root))
}

/** The URL of a module in the project. On Windows, `import()` does not accept absolute paths. */
export function moduleURL(relative: string): string {
  return new URL(relative, root).href
}

/** Example programs import the package by name. This redirects the import to the copy under test. */
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

/** Bundles an entry point for a server runtime into `.cache`. Modules of `dist` must belong to the default build. */
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
  // Renamed into place, because another test may be reading the file.
  const unfinished = `${outfile}.${process.pid}`
  mkdirSync(path('.cache'), { recursive: true })
  writeFileSync(unfinished, outputFiles[0]?.contents ?? '')
  renameSync(unfinished, outfile)
  return outfile
}
