/** Messages about invalid values name the option or result that the value came from, and no other. */

import { describe, expect, it } from 'vitest'
import { FetchOpener } from '../../../src/connection/fetch-exchange.ts'
import { readOptions } from '../../../src/connection/read-options.ts'
import { EventDecoderStream, EventSource, streamEvents } from '../../../src/index.ts'
import { fetchEventSource } from '../../../src/fetch-event-source.ts'
import { failureOf } from '../support/failures.ts'

const URL_OF_TEST = 'http://nowhere.test/'

/** Invalid values by kind. */
const BAD: Record<'headers' | 'body' | 'method' | 'url', unknown[]> = {
  headers: ['a: b', 5, true, null, () => ({}), [['a']], ['a'], { 'a b': 'c' }, { a: 'b\nc' }, { a: 5 }, { a: null }],
  body: [5, true, {}, [], Symbol('x'), new Map()],
  method: ['', 'A B', 'TRACE', 'connect', 5, null, {}, () => 'GET'],
  url: [5, null, true, {}, []],
}

/** An option or result: its name, the start of its messages, and the options that put a value there. */
type Source = [name: string, start: string, options: (value: unknown) => object]

const OPTIONS: Record<'headers' | 'body' | 'method', Source> = {
  headers: ['the option "headers"', 'Option "headers" ', (headers) => ({ headers })],
  body: ['the option "body"', 'Option "body" ', (body) => ({ method: 'POST', body })],
  method: ['the option "method"', 'Option "method" ', (method) => ({ method })],
}

/** A function is a valid value of these options. */
const isFunctionOption = (name: string, value: unknown): boolean => name !== 'method' && typeof value === 'function'

const RESULTS: Record<keyof typeof BAD, Source[]> = {
  headers: [
    ['the function "headers"', 'The result of "headers" ', (value) => ({ headers: () => value })],
    ['the function "resume"', '"headers" in the result of "resume" ', (headers) => ({ resume: () => ({ headers }) })],
  ],
  body: [
    ['the function "body"', 'The result of "body" ', (value) => ({ method: 'POST', body: () => value })],
    [
      'the function "resume"',
      '"body" in the result of "resume" ',
      (body) => ({ resume: () => ({ method: 'POST', body }) }),
    ],
  ],
  method: [
    ['the function "resume"', '"method" in the result of "resume" ', (method) => ({ resume: () => ({ method }) })],
  ],
  url: [['the function "resume"', '"url" in the result of "resume" ', (url) => ({ resume: () => ({ url }) })]],
}

/** Returns the exception. */
function thrown(run: () => unknown): unknown {
  try {
    run()
  } catch (error) {
    return error
  }
  return undefined
}

describe.each(Object.values(OPTIONS))('%s', (name, start, options) => {
  const key = name.slice('the option "'.length, -1) as keyof typeof OPTIONS
  it.each(BAD[key].filter((value) => !isFunctionOption(key, value)))('is named in the message about %j', (value) => {
    const messages = [
      () => readOptions(options(value)),
      () => new EventSource(URL_OF_TEST, options(value)),
      () => streamEvents(URL_OF_TEST, options(value)),
    ].map((run) => thrown(run))
    for (const error of messages) {
      expect(error).toBeInstanceOf(TypeError)
      expect((error as Error).message.startsWith(start), (error as Error).message).toBe(true)
    }
  })
})

describe.each(
  Object.entries(RESULTS).flatMap(([key, places]) =>
    places.map(([name, start, options]) => ({ key: key as keyof typeof BAD, name, said: start, options })),
  ),
)('$said', ({ key, name, said: start, options }) => {
  it.each(BAD[key])('is named in the message about %j', async (value) => {
    const opener = new FetchOpener(new URL(URL_OF_TEST), readOptions(options(value)))
    opener.hasSent = true
    const failure = await failureOf(opener.next(1).open(undefined, undefined))
    expect(failure).toMatchObject({ reason: 'request', message: `was not requested: ${name} failed` })
    expect(failure.cause).toBeInstanceOf(TypeError)
    const { message } = failure.cause as Error
    expect(message.startsWith(start), message).toBe(true)
    expect(message).not.toContain('The option')
  })
})

describe('other options', () => {
  it.each<[string, string, () => unknown]>([
    ['EventDecoderStream', 'Option "maxBufferSize" ', () => new EventDecoderStream({ maxBufferSize: 0 })],
    ['EventDecoderStream', 'Option "onRetry" ', () => new EventDecoderStream({ onRetry: 1 as never })],
    ['node', 'Option "node.reconnectionTime" ', () => readOptions({ node: { reconnectionTime: '1' } })],
    ['node', 'Option "node.dispatcher" ', () => readOptions({ node: { dispatcher: 1 } })],
    ['dispatcher', 'Option "dispatcher" ', () => readOptions({ dispatcher: 1 })],
    ['fetchOptions', 'Option "fetchOptions.dispatcher" ', () => readOptions({ fetchOptions: { dispatcher: 1 } })],
    ['reconnect', 'Option "reconnect.factor" ', () => readOptions({ reconnect: { factor: 0 } })],
  ])('%s: %s', (_, start, run) => {
    const { message } = thrown(run) as Error
    expect(message.startsWith(start), message).toBe(true)
  })

  it.each([['a: b'], [5], [true]])(
    'fetchEventSource names the option "headers" in the message about %j',
    async (headers) => {
      await expect(fetchEventSource(URL_OF_TEST, { headers: headers as never })).rejects.toThrow(
        /^Option "headers" must be an object or Headers, got /,
      )
      const onerror = (error: unknown): void => {
        throw error
      }
      const init = { headers: () => headers as never, onerror }
      await expect(fetchEventSource(URL_OF_TEST, init)).rejects.toThrow(
        /^The result of "headers" must be an object or Headers, got /,
      )
    },
  )
})
