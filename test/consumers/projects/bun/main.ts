/** All entry points, imported in TypeScript. */

import { ConnectionError, EventDecoderStream, EventSource, streamEvents } from 'everysource'
import { fetchEventSource } from 'everysource/fetch-event-source'
import { SharedEventSource } from 'everysource/shared'
import 'everysource/polyfill'

const [, , url = ''] = process.argv
const received: Record<string, unknown> = {}

const source = new EventSource(url, { headers: { 'X-Of': 'bun' } })
received.source = await new Promise<string>((resolve) => {
  source.addEventListener('greeting', ({ data }) => resolve(data))
  source.onerror = ({ error }) => resolve(error instanceof ConnectionError ? error.message : 'another error')
})
source.close()

const shared = new SharedEventSource<{ greeting: string }>(url)
received.shared = await new Promise<string>((resolve) => {
  shared.addEventListener('greeting', ({ data }) => resolve(data))
  shared.onerror = (event) => resolve('data' in event ? event.data : event.message)
})
shared.close()

for await (const { data } of streamEvents<{ greeting: string }>(url)) {
  received.loop = data
  break
}

const controller = new AbortController()
await fetchEventSource(url, {
  signal: controller.signal,
  onmessage({ data }) {
    received.dropIn = data
    controller.abort()
  },
})

const { body } = await fetch(url)
for await (const { data } of body!.pipeThrough(new EventDecoderStream())) {
  received.decoder = data
  break
}
received.polyfilled = globalThis.EventSource === EventSource
console.log(JSON.stringify(received))
