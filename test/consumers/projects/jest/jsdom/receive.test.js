/** jest-environment-jsdom has jsdom's events, but neither fetch nor streams. */

const { EventSource, streamEvents } = require('everysource')
const entries = require('../entries.js')

const { URL_OF_SERVER } = process.env

test('a source names the missing globals', () => {
  expect(typeof fetch).toBe('undefined')
  expect(() => new EventSource(URL_OF_SERVER)).toThrow(
    /^EventSource requires .*a streaming TextDecoder.*, which this runtime lacks\. In Jest, use the environment "node" or "jest-fixed-jsdom"/,
  )
})

test('a loop names the missing globals', () => {
  expect(() => streamEvents(URL_OF_SERVER)).toThrow(
    /^streamEvents requires .*a streaming TextDecoder.*, which this runtime lacks\. In Jest, use the environment "node" or "jest-fixed-jsdom"/,
  )
})

test('with a TextDecoder, a source reports the missing fetch', async () => {
  globalThis.TextDecoder = require('node:util').TextDecoder
  const source = new EventSource(URL_OF_SERVER)
  const event = await new Promise((resolve) => {
    source.onerror = resolve
  })
  expect(event).toBeInstanceOf(Event)
  expect(event.error.reason).toBe('unsupported')
  expect(event.message).toMatch(/fetch/)
  expect(source.readyState).toBe(EventSource.CLOSED)
})

test('each entry resolves to the default build in CommonJS', () => {
  expect(entries.map((name) => require.resolve(name))).toEqual([
    expect.stringMatching(/everysource\/dist\/index\.cjs$/),
    expect.stringMatching(/everysource\/dist\/fetch-event-source\.cjs$/),
    expect.stringMatching(/everysource\/dist\/shared\.cjs$/),
    expect.stringMatching(/everysource\/dist\/polyfill\.cjs$/),
    expect.stringMatching(/everysource\/dist\/polyfill\/force\.cjs$/),
  ])
})
