/** Apps bundled as by Metro and run in a realm like React Native's. */

import { request as httpRequest } from 'node:http'
import vm from 'node:vm'
import { build } from 'esbuild'
import { path } from '../conformance/bundle.ts'
import { realm } from './realms.ts'

const STAND_INS: Record<string, string> = {
  'react-native/Libraries/Utilities/PolyfillFunctions': 'test/limits/react-native/polyfill-functions.js',
  'react-native': 'test/limits/react-native/module.js',
  'expo/fetch': 'test/limits/react-native/expo-fetch.js',
  everysource: 'dist/index.cjs',
  'everysource/fetch-event-source': 'dist/fetch-event-source.cjs',
  'everysource/polyfill': 'dist/polyfill.cjs',
}

/** Bundles a program with its imports. Its exports become the global `app`. */
async function bundleApp(text: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: text, resolveDir: path('test/limits'), sourcefile: 'app.js' },
    bundle: true,
    write: false,
    format: 'iife',
    // Resolves like Metro.
    platform: 'neutral',
    mainFields: ['react-native', 'module', 'main'],
    conditions: ['react-native', 'require'],
    globalName: 'app',
    target: 'es2022',
    alias: Object.fromEntries(Object.entries(STAND_INS).map(([name, file]) => [name, path(file)])),
  })
  return outputFiles[0]?.text ?? ''
}

/** A realm like React Native's, before anything is installed. Collects console output in `printed`. */
export async function reactNative(): Promise<{ context: vm.Context; printed: string[] }> {
  const printed: string[] = []
  const { context } = realm({
    setTimeout,
    clearTimeout,
    queueMicrotask,
    performance: { now: () => performance.now() },
    btoa,
    TextEncoder,
    console: { ...console, log: (...parts: unknown[]) => printed.push(parts.map(String).join(' ')) },
    nativeRequest,
  })
  vm.runInContext('globalThis.window = globalThis.self = globalThis.global = globalThis', context)
  vm.runInContext(await bundleApp(`import './react-native/globals.js'`), context)
  return { context, printed }
}

interface NativeListener {
  responded: (status: number, contentType: string) => void
  received: (bytes: number[]) => void
  ended: () => void
  failed: (message: string) => void
}

/** Native implementation of a request. */
function nativeRequest(url: string, init: string, listener: NativeListener): () => void {
  const { method, headers } = JSON.parse(init) as { method?: string; headers?: Record<string, string> }
  const request = httpRequest(url, { method, headers })
  request.on('response', (response) => {
    listener.responded(response.statusCode ?? 0, response.headers['content-type'] ?? '')
    response.on('data', (chunk: Buffer) => {
      listener.received([...chunk])
    })
    response.on('end', listener.ended)
    response.on('error', () => {
      listener.failed('The network connection was lost')
    })
  })
  request.on('error', (error) => {
    listener.failed(error.message)
  })
  request.end()
  return () => {
    request.removeAllListeners('error').on('error', () => undefined)
    request.destroy()
  }
}

/** Runs a program in such a realm: its imports, then the rest, which may await. Rejects if it throws. */
export async function runApp(context: vm.Context, program: string): Promise<void> {
  const lines = program.split('\n')
  const imports = lines.filter((line) => line.startsWith('import '))
  const rest = lines.filter((line) => !line.startsWith('import '))
  const text = `${imports.join('\n')}\nexport const over = (async () => {\n${rest.join('\n')}\n})()`
  vm.runInContext(await bundleApp(text), context)
  await (vm.runInContext('app.over', context) as Promise<void>)
}
