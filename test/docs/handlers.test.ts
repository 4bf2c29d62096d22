/** Every `error` and `open` handler in the documentation and the demo takes any event that a source may hand it, a message of the server included. */

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

/** Handlers of other packages: before a move to this one, and the MCP SDK's, which takes an `Error`. */
const isOthers = (name: string): boolean => /\bBefore$|^With the SDK/.test(name)

const SCRIPTS = [
  ...PAGES.flatMap((page) =>
    blocksOf(page)
      .filter(({ name }) => !isOthers(name))
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

/** What a source hands its handler first. */
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

test('there are handlers, and the three events are what they should be', () => {
  expect(HANDLERS.length).toBeGreaterThan(30)
  expect(message).toBeInstanceOf(MessageEvent)
  expect(message).toMatchObject({ type: 'error', data: ERROR })
  expect(lost).toBeInstanceOf(ErrorEvent)
  expect(lost).toMatchObject({ willReconnect: true })
  expect(failed).toBeInstanceOf(ErrorEvent)
  expect(failed).toMatchObject({ willReconnect: false, status: 401 })
})

test('there are handlers of open', () => {
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
  // What the server reports is shown, unless the handler is about something else and shows nothing.
  if (ofMessage.length > 0) expect(ofMessage.join()).toContain(TEXT)
})
