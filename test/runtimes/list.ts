/** The server runtimes, and the commands that start them. */

import { existsSync, readFileSync } from 'node:fs'
import { path } from '../conformance/bundle.ts'

const installed = path('test/runtimes/node_modules')

const NODE = process.platform === 'win32' ? 'bin/node.exe' : 'bin/node'

/** The commands, to which a script and its arguments are appended. */
export const RUNTIMES: Record<string, string[]> = {
  node20: [`${installed}/node20/${NODE}`],
  node22: [`${installed}/node22/${NODE}`],
  node24: [path(`node_modules/node/${NODE}`)],
  node26: [`${installed}/node26/${NODE}`],
  deno: [`${installed}/.bin/deno`, 'run', '--quiet', '--allow-all'],
  bun: [`${installed}/.bin/bun`],
}

/** Runtimes that handle requests instead of running scripts. */
export const REQUEST_RUNTIMES = ['workerd', 'miniflare', 'edge-runtime'] as const
export type RequestRuntime = (typeof REQUEST_RUNTIMES)[number]

/** Why a runtime cannot be started; undefined if it can. */
export function missing([binary = '']: string[]): string | undefined {
  return existsSync(binary) ? undefined : `${binary} is not installed`
}

/** The folder of a runtime's npm package. */
export function packageOf(runtime: string): string {
  return runtime === 'node24' ? path('node_modules/node') : `${installed}/${runtime}`
}

/** Name and installed version of a runtime, such as `Node 20.20.2`. */
export function versionOf(runtime: string): string {
  const { version } = JSON.parse(readFileSync(`${packageOf(runtime)}/package.json`, 'utf8')) as { version: string }
  const name = { deno: 'Deno', bun: 'Bun' }[runtime] ?? runtime.replace(/^node\d+$/, 'Node')
  return `${name} ${version}`
}
