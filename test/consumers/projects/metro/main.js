/** An app that receives a message with each of the four APIs. */

import { EventSource, streamEvents } from 'everysource'
import { fetchEventSource } from 'everysource/fetch-event-source'
import { SharedEventSource } from 'everysource/shared'
import 'everysource/polyfill'
import 'everysource/polyfill/force'

async function receive(url) {
  const source = new EventSource(url)
  const { data } = await new Promise((resolve, reject) => {
    source.addEventListener('greeting', resolve)
    source.onerror = ({ error }) => reject(error)
  })
  source.close()
  const received = { source: data, forced: globalThis.EventSource === EventSource }
  const shared = new SharedEventSource(url)
  received.shared = await new Promise((resolve, reject) => {
    shared.addEventListener('greeting', ({ data }) => resolve(data))
    shared.onerror = ({ error }) => reject(error)
  })
  shared.close()
  for await (const event of streamEvents(url)) {
    received.loop = event.data
    break
  }
  const controller = new AbortController()
  await fetchEventSource(url, {
    signal: controller.signal,
    onmessage(message) {
      received.dropIn = message.data
      controller.abort()
    },
  })
  return received
}

receive(globalThis.process.argv[2]).then(
  (received) => {
    console.log(JSON.stringify(received))
    globalThis.process.exit()
  },
  (error) => {
    console.log(error)
    globalThis.process.exit(1)
  },
)
