/** Checks which build is under test: the browser build in browsers, the default build everywhere else. */

import { readFileSync } from 'node:fs'
import type { Metafile } from 'esbuild'

export type Build = 'browser' | 'default'

/** Occurs only in the default build. */
const ONLY_DEFAULT = 'undici.globalDispatcher'

/** Returns the text of a built file. Throws if the file belongs to the other build. */
export function readBuild(file: string, build: Build): string {
  const code = readFileSync(file, 'utf8')
  if (code.includes(ONLY_DEFAULT) !== (build === 'default'))
    throw new Error(`${file} does not belong to the ${build} build`)
  return code
}

/** Throws if a bundle contains files of the other build. */
export function checkBundle({ inputs }: Metafile, build: Build): void {
  const isBrowser = (file: string): boolean => file.startsWith('dist/browser/')
  const wrong = Object.keys(inputs).filter(
    (file) => file.startsWith('dist/') && isBrowser(file) !== (build === 'browser'),
  )
  if (wrong.length > 0)
    throw new Error(`The suite must run on the ${build} build, but its bundle contains ${wrong.join(', ')}`)
}
