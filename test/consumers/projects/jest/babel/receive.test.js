import * as everysource from 'everysource'
import { EventSource } from 'everysource'

test('an import compiled to require by Babel receives a message', async () => {
  const source = new EventSource(process.env.URL_OF_SERVER)
  const { data } = await new Promise((resolve, reject) => {
    source.addEventListener('greeting', resolve)
    source.onerror = ({ error }) => reject(error)
  })
  expect(data).toBe('hello')
  expect(everysource.EventSource).toBe(EventSource)
  source.close()
})
