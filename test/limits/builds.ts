/** Loads the builds into a realm. */

import { readFile } from 'node:fs/promises'
import { posix } from 'node:path'
import vm from 'node:vm'
import type * as everysource from '../../dist/index.js'
import type * as dropIn from '../../dist/fetch-event-source.js'
import { path } from '../conformance/bundle.ts'

/** The exports by entry point. */
export interface Loaded {
  everysource: typeof everysource
  dropIn: typeof dropIn
}

type Load = (context: vm.Context) => Promise<Loaded>

/** Loaders of the entry points without side effects. Excludes the browser build, because browsers have all globals. */
export const BUILDS: Record<string, Load> = {
  ESM: async (context) => {
    const load = modules(context)
    return { everysource: await load('dist/index.js'), dropIn: await load('dist/fetch-event-source.js') } as Loaded
  },
  CommonJS: async (context) => {
    const load = commonJS(context)
    return { everysource: await load('dist/index.cjs'), dropIn: await load('dist/fetch-event-source.cjs') } as Loaded
  },
}

/** Loads the default or browser build in CommonJS after compiling it. */
export async function loadCompiled(
  context: vm.Context,
  folder: 'dist' | 'dist/browser',
  compile: (source: string) => string,
): Promise<Loaded> {
  const load = commonJS(context, compile)
  const [index, dropIn] = ['index', 'fetch-event-source'].map((name) => load(`${folder}/${name}.cjs`))
  return { everysource: await index, dropIn: await dropIn } as Loaded
}

/** The browser build, which test environments that simulate a page may resolve. */
export const BROWSER_BUILD: Load = async (context) => {
  const load = modules(context)
  return {
    everysource: await load('dist/browser/index.js'),
    dropIn: await load('dist/browser/fetch-event-source.js'),
  } as Loaded
}

/** Loaders of the entry points with side effects. */
export const POLYFILLS: Record<string, (context: vm.Context, entry: string) => Promise<void>> = {
  ESM: async (context, entry) => {
    await modules(context)(`dist/${entry}.js`)
  },
  CommonJS: async (context, entry) => {
    await commonJS(context)(`dist/${entry}.cjs`)
  },
}

const texts = new Map<string, Promise<string>>()

function text(file: string): Promise<string> {
  let found = texts.get(file)
  if (!found) texts.set(file, (found = readFile(path(file), 'utf8')))
  return found
}

/** Loads ES modules once each. Requires Node's --experimental-vm-modules. */
function modules(context: vm.Context): (file: string) => Promise<unknown> {
  const linked = new Map<string, Promise<vm.SourceTextModule>>()
  const module = (file: string): Promise<vm.SourceTextModule> => {
    let found = linked.get(file)
    if (!found) {
      found = text(file).then((source) => new vm.SourceTextModule(source, { context, identifier: file }))
      linked.set(file, found)
    }
    return found
  }
  return async (file) => {
    const root = await module(file)
    if (root.status === 'unlinked') {
      await root.link((specifier, { identifier }) => module(posix.join(posix.dirname(identifier), specifier)))
    }
    await root.evaluate()
    return root.namespace
  }
}

function commonJS(
  context: vm.Context,
  compile = (source: string): string => source,
): (file: string) => Promise<unknown> {
  const loaded = new Map<string, unknown>()
  const load = async (file: string): Promise<unknown> => {
    const source = compile(await text(file))
    // Only the polyfills require other modules.
    const [, required] = /require\(["'](\.[^"']+)["']\)/.exec(source) ?? []
    const dependency = required === undefined ? undefined : await load(posix.join(posix.dirname(file), required))
    if (loaded.has(file)) return loaded.get(file)
    const wrapped = vm.runInContext(`(function (module, exports, require) {${source}\n})`, context, {
      filename: file,
    }) as (...args: unknown[]) => void
    const module = { exports: {} }
    wrapped(module, module.exports, () => dependency)
    loaded.set(file, module.exports)
    return module.exports
  }
  return load
}
