/** The server runtimes that the tests know, and how each is started. */

import { existsSync, readFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'

const installed = path('test/runtimes/node_modules')

const NODE = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'

/** Their commands; a script and its arguments follow. */
export const RUNTIMES: Record<string, string[]> = {
  node20: [`${installed}/node20/${NODE}`],
  node22: [`${installed}/node22/${NODE}`],
  node24: [path(`node_modules/node/${NODE}`)],
  node26: [`${installed}/node26/${NODE}`],
  deno: [`${installed}/.bin/deno`, 'run', '--quiet', '--allow-all'],
  bun: [`${installed}/.bin/bun`],
}

/** Those that run no scripts but answer requests. */
export const REQUEST_RUNTIMES = ['workerd', 'miniflare', 'edge-runtime'] as const
export type RequestRuntime = (typeof REQUEST_RUNTIMES)[number]

/** Why a runtime cannot be started, if so. */
export function missing([binary = '']: string[]): string | undefined {
  return existsSync(binary) ? undefined : `${binary} is not installed`
}

/** Where npm puts the package of a runtime. */
export function packageOf(runtime: string): string {
  return runtime === 'node24' ? path('node_modules/node') : `${installed}/${runtime}`
}

/** How a runtime calls itself, and its version, such as `Node 20.20.2`: of what is installed. */
export function versionOf(runtime: string): string {
  const { version } = JSON.parse(readFileSync(`${packageOf(runtime)}/package.json`, 'utf8')) as { version: string }
  const name = { deno: 'Deno', bun: 'Bun' }[runtime] ?? runtime.replace(/^node\d+$/, 'Node')
  return `${name} ${version}`
}
