/** Exports and basic behavior of each build. */

import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import vm from 'node:vm'
import ts from 'typescript'
import * as everysource from 'everysource'
import type { SourceMessageEvent } from 'everysource'
import type * as shared from 'everysource/shared'
import { check, ROOT, run } from './check.ts'
import { messageServer } from './message-server.ts'

type Everysource = typeof everysource

const EXPORTS = ['ConnectionError', 'ErrorEvent', 'EventDecoderStream', 'EventSource', 'streamEvents']
/** For `everysource/shared`. In other builds, it loads the modules instead. */
const INTERNALS = ['__internals']
const DROP_IN_EXPORTS = ['EventStreamContentType', 'fetchEventSource']
const SHARED_EXPORTS = ['SharedEventSource']

/** The browser build, which Node's conditions don't select. */
const BROWSER = { ESM: '../../dist/browser/index.js', CommonJS: '../../dist/browser/index.cjs' }

export async function checkBuilds(): Promise<void> {
  const commonJS = createRequire(import.meta.url)('everysource') as Everysource
  const script = await runScript('everysource.min.js')
  const sharedScript = await runScript('everysource-shared.min.js')
  const builds: [name: string, build: Everysource, ...more: string[]][] = [
    ['ESM', everysource, ...INTERNALS],
    ['CommonJS', commonJS, ...INTERNALS],
    ['browser ESM', (await import(BROWSER.ESM)) as Everysource],
    ['browser CommonJS', createRequire(import.meta.url)(BROWSER.CommonJS) as Everysource, ...INTERNALS],
    ['script', script.everysource],
    ['shared script', sharedScript.everysource, ...SHARED_EXPORTS],
  ]

  await check('the script builds define one global, everysource', () => {
    assert.deepEqual([script.globals, sharedScript.globals], [['everysource'], ['everysource']])
  })

  for (const [file, exports] of [
    ['index.d.ts', EXPORTS],
    ['index.d.cts', EXPORTS],
    ['fetch-event-source.d.ts', DROP_IN_EXPORTS],
    ['fetch-event-source.d.cts', DROP_IN_EXPORTS],
    ['shared.d.ts', SHARED_EXPORTS],
    ['shared.d.cts', SHARED_EXPORTS],
  ] as const) {
    await check(`${file} declares only existing values`, () => {
      assert.deepEqual(declaredValues(file), exports)
    })
  }

  for (const [name, build, ...more] of builds) {
    const exports = [...EXPORTS, ...more].sort()
    await check(`the ${name} build exports only ${exports.join(', ')}`, () => {
      assert.deepEqual(Object.keys(build).sort(), exports)
    })

    if (name.includes('CommonJS')) {
      await check(`the ${name} build is also a constructor, like versions 1 and 2 of eventsource`, () => {
        const module = build as Everysource & typeof everysource.EventSource & { __esModule: boolean; default: unknown }
        const { EventSource } = build
        const source = new module('http://a.test/', { fetch: () => new Promise(() => undefined) })
        source.close()
        assert.equal(source.constructor, EventSource)
        assert.ok(source instanceof module && source instanceof EventSource)
        assert.ok(new EventSource('http://a.test/', { signal: AbortSignal.abort() }) instanceof module)
        class Sub extends module {}
        assert.ok(new Sub('http://a.test/', { signal: AbortSignal.abort() }) instanceof Sub)
        assert.deepEqual([module.name, module.length], ['EventSource', 1])
        const { CONNECTING, OPEN, CLOSED, fromReadableStream } = module
        assert.deepEqual([CONNECTING, OPEN, CLOSED], [0, 1, 2])
        assert.equal(fromReadableStream, EventSource.fromReadableStream)
        assert.ok(Symbol.for('eventsource.supports-fetch-override') in module)
        // The exports must not become members of the class.
        assert.ok(!('streamEvents' in EventSource))
        assert.throws(() => (module as unknown as () => void)(), TypeError)
        // For default imports compiled to CommonJS.
        assert.deepEqual([module.__esModule, module.default], [true, EventSource])
      })
    }

    await check(`the ${name} build reads a stream in a loop`, async () => {
      const server = await messageServer()
      const stream = build.streamEvents(server.url)
      for await (const { type, data } of stream) {
        assert.deepEqual({ type, data }, { type: 'greeting', data: 'hello' })
        break
      }
      server.close()
    })

    await check(`the ${name} build keeps the names of classes and events`, async () => {
      assert.equal(build.EventSource.name, 'EventSource')
      assert.equal(build.EventSource.length, 1)
      assert.equal(build.ErrorEvent.name, 'ErrorEvent')
      const { message, error } = await events(build)
      assert.equal(message.constructor.name, 'MessageEvent')
      assert.equal(Object.prototype.toString.call(message), '[object MessageEvent]')
      assert(message instanceof MessageEvent)
      assert.equal(error.constructor.name, 'ErrorEvent')
      assert.equal(error.error.name, 'ConnectionError')
      assert(error.error instanceof build.ConnectionError)
      assert.match(error.error.stack ?? '', /^ConnectionError: The event stream at/)
    })

    await check(`the ${name} build receives a message from a server`, async () => {
      const server = await messageServer()
      const source = new build.EventSource(server.url)
      const { data } = await new Promise<SourceMessageEvent>((resolve) => {
        source.addEventListener('greeting', (event: SourceMessageEvent) => {
          resolve(event)
        })
      })
      source.close()
      server.close()
      assert.equal(data, 'hello')
    })
  }

  for (const [name, dropIn] of [
    ['ESM', await import('everysource/fetch-event-source')],
    ['CommonJS', createRequire(import.meta.url)('everysource/fetch-event-source')],
    ['browser ESM', await import(BROWSER.ESM.replace('index', 'fetch-event-source'))],
    ['browser CommonJS', createRequire(import.meta.url)(BROWSER.CommonJS.replace('index', 'fetch-event-source'))],
  ] as [string, typeof import('everysource/fetch-event-source')][]) {
    await check(`the ${name} build of fetch-event-source exports ${DROP_IN_EXPORTS.join(', ')} and works`, async () => {
      assert.deepEqual(Object.keys(dropIn).sort(), DROP_IN_EXPORTS)
      const server = await messageServer()
      const controller = new AbortController()
      const events: string[] = []
      await dropIn.fetchEventSource(server.url, {
        signal: controller.signal,
        onmessage: ({ event, data }) => {
          events.push(event, data)
          controller.abort()
        },
      })
      server.close()
      assert.deepEqual(events, ['greeting', 'hello'])
    })
  }

  for (const [name, { SharedEventSource, ...others }, { ConnectionError }] of [
    ['ESM', await import('everysource/shared'), everysource],
    ['CommonJS', createRequire(import.meta.url)('everysource/shared'), commonJS],
    ['browser ESM', await import(BROWSER.ESM.replace('index', 'shared')), await import(BROWSER.ESM)],
    [
      'browser CommonJS',
      createRequire(import.meta.url)(BROWSER.CommonJS.replace('index', 'shared')),
      createRequire(import.meta.url)(BROWSER.CommonJS),
    ],
    ['script', sharedScript.everysource, sharedScript.everysource],
  ] as [string, typeof shared, Everysource][]) {
    await check(`the ${name} build of shared exports ${SHARED_EXPORTS.join(', ')}, which works`, async () => {
      if (name !== 'script') assert.deepEqual(Object.keys(others), [])
      assert.deepEqual([SharedEventSource.name, SharedEventSource.length], ['SharedEventSource', 1])
      const server = await messageServer()
      const source = new SharedEventSource(server.url)
      const { data } = await new Promise<SourceMessageEvent>((resolve) => {
        source.addEventListener('greeting', (event: SourceMessageEvent) => {
          resolve(event)
        })
      })
      source.close()
      server.close()
      assert.equal(data, 'hello')
    })

    await check(`the ${name} build of shared has the errors of the index`, async () => {
      const source = new SharedEventSource('data:text/plain,none')
      const error = await new Promise((resolve) => {
        source.onerror = (event) => {
          resolve(event.error)
        }
      })
      assert(error instanceof ConnectionError)
      assert.equal(source.readyState, SharedEventSource.CLOSED)
    })
  }

  for (const [name, load] of [
    ['ESM', "await import('everysource')"],
    ['CommonJS', "(await import('node:module')).createRequire(process.cwd() + '/x')('everysource')"],
  ] as const) {
    await check(`importing the ${name} build defines no globals and doesn't keep the process alive`, async () => {
      const output = await runNode(`
        // Node itself loads undici, which has globals, when a script first looks for MessageEvent.
        void globalThis.MessageEvent
        const before = Reflect.ownKeys(globalThis)
        void ${load}
        const added = Reflect.ownKeys(globalThis).filter((key) => !before.includes(key))
        console.log(JSON.stringify(added.map(String)))
      `)
      assert.equal(output, '[]\n')
    })

    await check(
      `importing the ${name} build succeeds without any globals, and using it reports the missing ones`,
      async () => {
        const output = await runNode(`
        const { log } = console
        ${name === 'CommonJS' ? "const require = (await import('node:module')).createRequire(process.cwd() + '/x')" : ''}
        for (const name of ${JSON.stringify(MISSING)}) delete globalThis[name]
        const { EventSource, ErrorEvent } = ${name === 'ESM' ? load : "require('everysource')"}
        for (const use of [() => new EventSource('http://a.test/'), () => new ErrorEvent('error', {})]) {
          try { use() } catch (error) { log(error.name + ': ' + error.message) }
        }
      `)
        assert.match(
          output,
          /^TypeError: EventSource requires EventTarget, .*\nTypeError: EventSource requires Event, .*\n$/,
        )
      },
    )
  }

  for (const [name, path] of [
    ['polyfill', 'everysource/polyfill'],
    ['polyfill/force', 'everysource/polyfill/force'],
  ] as const) {
    await check(`${name} exports nothing`, async () => {
      const output = await runNode(`
        const { createRequire } = await import('node:module')
        const loaded = [await import('${path}'), createRequire(process.cwd() + '/x')('${path}')]
        console.log(JSON.stringify(loaded.map((exports) => Object.keys(exports))))
      `)
      assert.equal(output, '[[],[]]\n')
    })
  }
}

/** The names of the values that declarations export. */
function declaredValues(file: string): string[] {
  const { pathname } = new URL(`dist/${file}`, ROOT)
  const program = ts.createProgram([pathname], { module: ts.ModuleKind.NodeNext, types: [] })
  const checker = program.getTypeChecker()
  const source = program.getSourceFile(pathname)
  const module = source && checker.getSymbolAtLocation(source)
  if (!module) throw new Error(`${file} is not a module`)
  const isValue = (symbol: ts.Symbol): boolean => {
    const { flags } = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
    return (flags & ts.SymbolFlags.Value) !== 0
  }
  return checker
    .getExportsOfModule(module)
    .filter(isValue)
    .map(({ name }) => name)
    .sort()
}

/** Globals that a runtime may lack. */
const MISSING = [
  'Event',
  'EventTarget',
  'MessageEvent',
  'DOMException',
  'fetch',
  'Request',
  'Response',
  'Headers',
  'AbortController',
  'AbortSignal',
  'ReadableStream',
  'TextDecoder',
  'TextEncoder',
  'URL',
  'MessageChannel',
  'setImmediate',
  'scheduler',
  'performance',
  'btoa',
  'document',
  'location',
  'navigator',
  'process',
  'Buffer',
]

/** Page globals that the script build uses, except MessageChannel, whose ports keep a Node process alive. */
const PAGE = {
  AbortController,
  DOMException,
  Event,
  EventTarget,
  MessageEvent,
  Request,
  TextDecoder,
  TextEncoder,
  URL,
  btoa,
  clearTimeout,
  fetch,
  performance,
  setTimeout,
}

async function runScript(file: string): Promise<{ everysource: Everysource & typeof shared; globals: string[] }> {
  const context = vm.createContext({ ...PAGE })
  const names = (): string[] => [...(vm.runInContext('Reflect.ownKeys(globalThis).map(String)', context) as string[])]
  const before = names()
  vm.runInContext(await readFile(new URL(`dist/${file}`, ROOT), 'utf8'), context)
  return {
    everysource: (context as { everysource: Everysource & typeof shared }).everysource,
    globals: names().filter((name) => !before.includes(name)),
  }
}

/** Returns a message event and the following error event. */
async function events(build: Everysource): Promise<{ message: Event; error: everysource.ErrorEvent }> {
  const source = new build.EventSource('http://nowhere.test/', {
    fetch: () => Promise.resolve(new Response('data: 1\n\n', { headers: { 'Content-Type': 'text/event-stream' } })),
  })
  const message = new Promise<Event>((resolve) => {
    source.onmessage = resolve
  })
  const error = new Promise<everysource.ErrorEvent>((resolve) => {
    source.onerror = (event) => {
      if (!('data' in event)) resolve(event)
    }
  })
  await error
  source.close()
  return { message: await message, error: await error }
}

/** Returns the output of a module in a separate process, which must exit on its own. */
function runNode(code: string): Promise<string> {
  return run(process.execPath, ['--input-type=module', '--eval', code])
}
