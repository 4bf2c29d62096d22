const { EventSource, streamEvents, ConnectionError } = require('everysource')
const { fetchEventSource } = require('everysource/fetch-event-source')
const entries = require('../entries.js')

const { URL_OF_SERVER } = process.env

test('a source receives a message', async () => {
  const source = new EventSource(URL_OF_SERVER)
  const event = await new Promise((resolve, reject) => {
    source.addEventListener('greeting', resolve)
    source.onerror = ({ error }) => reject(error)
  })
  expect(event.data).toBe('hello')
  expect(event).toBeInstanceOf(Event)
  source.close()
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

test('an error is an instance of the exported class', async () => {
  await expect(streamEvents('data:text/plain,none').response).rejects.toBeInstanceOf(ConnectionError)
})

test('the polyfill installs the class', () => {
  require('everysource/polyfill/force')
  expect(globalThis.EventSource).toBe(EventSource)
})

test('with fake timers, messages arrive while the clock advances', async () => {
  jest.useFakeTimers()
  let event
  const source = new EventSource(URL_OF_SERVER)
  try {
    source.addEventListener('greeting', (greeting) => {
      event = greeting
    })
    while (!event) await jest.advanceTimersByTimeAsync(1)
    expect(event.data).toBe('hello')
  } finally {
    source.close()
    jest.useRealTimers()
  }
})

test('with fake timers except setImmediate, messages arrive on their own', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] })
  const source = new EventSource(URL_OF_SERVER)
  try {
    const { data } = await new Promise((resolve) => source.addEventListener('greeting', resolve))
    expect(data).toBe('hello')
  } finally {
    source.close()
    jest.useRealTimers()
  }
})

test('a mock of the module replaces the class', () => {
  jest.isolateModules(() => {
    jest.doMock('everysource', () => ({ EventSource: jest.fn() }))
    const mocked = require('everysource')
    new mocked.EventSource('/events')
    expect(mocked.EventSource).toHaveBeenCalledWith('/events')
    jest.dontMock('everysource')
  })
  jest.isolateModules(() => {
    jest.doMock('everysource')
    const { EventSource: Automatic } = require('everysource')
    expect(jest.isMockFunction(Automatic)).toBe(true)
    jest.dontMock('everysource')
  })
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
