const { EventSource, streamEvents } = require('everysource')

const { URL_OF_SERVER } = process.env

test('a source receives a message as an event of the page', async () => {
  const source = new EventSource(URL_OF_SERVER)
  const event = await new Promise((resolve, reject) => {
    source.addEventListener('greeting', resolve)
    source.onerror = ({ error }) => reject(error)
  })
  expect(event.data).toBe('hello')
  expect(event).toBeInstanceOf(Event)
  expect(event).toBeInstanceOf(MessageEvent)
  source.close()
})

test('a loop reads a message', async () => {
  for await (const { data } of streamEvents(URL_OF_SERVER)) {
    expect(data).toBe('hello')
    break
  }
})
