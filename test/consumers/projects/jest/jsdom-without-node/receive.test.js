const { EventSource, streamEvents } = require('everysource')
const { fetchEventSource } = require('everysource/fetch-event-source')
const entries = require('../entries.js')

const { URL_OF_SERVER } = process.env

test('each entry resolves to the browser build in CommonJS', () => {
  expect(entries.map((name) => require.resolve(name))).toEqual([
    expect.stringMatching(/everysource\/dist\/browser\/index\.cjs$/),
    expect.stringMatching(/everysource\/dist\/browser\/fetch-event-source\.cjs$/),
    expect.stringMatching(/everysource\/dist\/browser\/shared\.cjs$/),
    expect.stringMatching(/everysource\/dist\/browser\/polyfill\.cjs$/),
    expect.stringMatching(/everysource\/dist\/browser\/polyfill\/force\.cjs$/),
  ])
})

test('a source receives a message as an event of the page', async () => {
  const source = new EventSource(URL_OF_SERVER)
  const event = await new Promise((resolve, reject) => {
    source.addEventListener('greeting', resolve)
    source.onerror = ({ error }) => reject(error)
  })
  source.close()
  expect(event.data).toBe('hello')
  expect(event).toBeInstanceOf(MessageEvent)
})

test('a loop reads a message', async () => {
  for await (const { data } of streamEvents(URL_OF_SERVER)) {
    expect(data).toBe('hello')
    break
  }
})

test('fetchEventSource receives a message', async () => {
  const controller = new AbortController()
  const messages = []
  await fetchEventSource(URL_OF_SERVER, {
    signal: controller.signal,
    onmessage({ data }) {
      messages.push(data)
      controller.abort()
    },
  })
  expect(messages).toEqual(['hello'])
})

test('the polyfill installs the class', () => {
  require('everysource/polyfill/force')
  expect(globalThis.EventSource).toBe(EventSource)
})
