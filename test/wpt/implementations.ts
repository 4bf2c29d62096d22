/** The implementations that are compared, and where each one runs. */

import { readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { moduleURL, path } from '../conformance/bundle.ts'
import { readBuild } from '../conformance/which-build.ts'

export interface Implementation {
  name: string
  isOurs: boolean
  /** Name and version, for the report. */
  title: string
  runsIn: (runtime: string) => boolean
  /** The module to import in server runtimes; absent for the global `EventSource`. */
  module?: () => string
  /** Node enables its own `EventSource` with a flag. */
  nodeFlags?: string[]
  /** Whether it finds its base URL only in a document. */
  needsDocument?: boolean
  /** A script that installs it as the global `EventSource` in browsers; undefined for the native one. */
  script: () => Promise<string | undefined>
}

const INSTALL = (value: string): string =>
  `Object.defineProperty(globalThis, 'EventSource', { value: ${value}, writable: true, configurable: true })\n`

const ours: Implementation = {
  name: 'everysource',
  isOurs: true,
  title: `everysource ${versionOf('package.json')}`,
  runsIn: () => true,
  module: () => moduleURL('dist/index.js'),
  script: () =>
    Promise.resolve(`${readBuild(path('dist/everysource.min.js'), 'browser')}\n${INSTALL('everysource.EventSource')}`),
}

const native: Implementation = {
  name: 'native',
  isOurs: false,
  title: 'native',
  runsIn: (runtime) => runtime !== 'bun',
  nodeFlags: ['--experimental-eventsource'],
  script: () => Promise.resolve(undefined),
}

const eventsource: Implementation = {
  name: 'eventsource',
  isOurs: false,
  title: `eventsource ${versionOf('node_modules/eventsource/package.json')}`,
  runsIn: () => true,
  module: () => import.meta.resolve('eventsource'),
  needsDocument: true,
  async script() {
    const { outputFiles } = await build({
      absWorkingDir: path('.'),
      stdin: {
        contents: `import { EventSource } from 'eventsource'\n${INSTALL('EventSource')}`,
        resolveDir: path('.'),
      },
      bundle: true,
      write: false as const,
      format: 'iife',
      platform: 'browser',
      target: 'es2022',
    })
    return outputFiles[0]?.text
  },
}

const undici: Implementation = {
  name: 'undici',
  isOurs: false,
  title: `undici ${versionOf('node_modules/undici/package.json')}`,
  runsIn: (runtime) => runtime.startsWith('node'),
  module: () => import.meta.resolve('undici'),
  script: () => Promise.resolve(undefined),
}

export const IMPLEMENTATIONS: Implementation[] = [ours, native, eventsource, undici]

function versionOf(file: string): string {
  return (JSON.parse(readFileSync(path(file), 'utf8')) as { version: string }).version
}
