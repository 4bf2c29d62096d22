/**
 * Every `error` and `open` handler in the documentation and the demo works with all events it may receive, including messages
 * from the server.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { expect, test } from 'vitest'
import { ErrorEvent, EventSource, type EventSourceEventMap, type EventSourceInit } from '../../src/index.ts'
import { path } from '../conformance/bundle.ts'
import { blocksOf } from './blocks.ts'
import { callHandler, handlersIn, scriptsOf } from './handlers.ts'

interface Handler {
  place: string
  code: string
}

const PAGES = [
  'README.md',
  ...readdirSync(path('docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]
const DEMO = ['demo', 'demo/pages'].flatMap((folder) =>
  readdirSync(path(folder))
    .filter((file) => /\.(ts|js|html)$/.test(file))
    .map((file) => `${folder}/${file}`),
)

/** Handlers of other packages: code before a migration, and the MCP SDK's, which receives an `Error`. */
const isForeign = (name: string): boolean => /\bBefore$|^With the SDK/.test(name)

const SCRIPTS = [
  ...PAGES.flatMap((page) =>
    blocksOf(page)
      .filter(({ name }) => !isForeign(name))
      .flatMap(({ name, language, text }) => placed(`${page}, ${name}`, language, text)),
  ),
  ...DEMO.flatMap((file) => placed(file, extname(file).slice(1), readFileSync(path(file), 'utf8'))),
]

function placed(place: string, language: string, text: string): { place: string; language: string; text: string }[] {
  return scriptsOf(language, text).map((script) => ({ place, ...script }))
}

function handlersOf(type: string): Handler[] {
  return SCRIPTS.flatMap((script) => handlersIn(script, type).map((code) => ({ place: script.place, code })))
}

const HANDLERS = handlersOf('error')
const OPEN_HANDLERS = handlersOf('open')

const TEXT = 'The model is overloaded'
const ERROR = JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: TEXT } })

const message = await firstError(`event: error\ndata: ${ERROR}\n\n`)
const lost = await firstError('data: 1\n\n', { reconnect: true })
const failed = await firstError('', {
  fetch: () => Promise.resolve(new Response(ERROR, { status: 401, headers: { 'Content-Type': 'application/json' } })),
})

/** Returns the first event that `onerror` receives. */
async function firstError(body: string, init?: EventSourceInit): Promise<EventSourceEventMap['error']> {
  const headers = { 'Content-Type': 'text/event-stream' }
  const source = new EventSource('http://nowhere.test/', {
    fetch: () => Promise.resolve(new Response(body, { headers })),
    ...init,
  })
  try {
    return await new Promise((resolve) => {
      source.onerror = resolve
    })
  } finally {
    source.close()
  }
}

test('error handlers are found, and the three test events are correct', () => {
  expect(HANDLERS.length).toBeGreaterThan(30)
  expect(message).toBeInstanceOf(MessageEvent)
  expect(message).toMatchObject({ type: 'error', data: ERROR })
  expect(lost).toBeInstanceOf(ErrorEvent)
  expect(lost).toMatchObject({ willReconnect: true })
  expect(failed).toBeInstanceOf(ErrorEvent)
  expect(failed).toMatchObject({ willReconnect: false, status: 401 })
})

test('open handlers are found', () => {
  expect(OPEN_HANDLERS.length).toBeGreaterThan(10)
})

test.for(OPEN_HANDLERS)('$place: $code', ({ code }) => {
  callHandler(code, new MessageEvent('open', { data: TEXT }), EventSource.OPEN)
})

test.for(HANDLERS)('$place: $code', ({ code }) => {
  callHandler(code, lost, EventSource.CONNECTING)
  const shown = callHandler(code, failed, EventSource.CLOSED)
  const ofMessage = callHandler(code, message, EventSource.OPEN)
  expect([...shown, ...ofMessage].filter((text) => /\bundefined\b/.test(text))).toEqual([])
  // Handlers show errors sent by the server, except those that show nothing.
  if (ofMessage.length > 0) expect(ofMessage.join()).toContain(TEXT)
})
