/** A page that receives messages from /events with each of the four APIs. */

import { EventSource, streamEvents } from 'everysource'
import { fetchEventSource } from 'everysource/fetch-event-source'
import { SharedEventSource } from 'everysource/shared'
import 'everysource/polyfill'

const url = new URL('/events', globalThis.eventsAt ?? location.origin).href
const received = {}

const source = new EventSource(url)
received.source = await new Promise((resolve) => {
  source.addEventListener('greeting', ({ data }) => resolve(data))
  source.onerror = ({ message }) => resolve(message)
})
received.types = [source.constructor.name, Object.prototype.toString.call(source)]
source.close()

const shared = new SharedEventSource(url)
received.shared = await new Promise((resolve) => {
  shared.addEventListener('greeting', ({ data }) => resolve(data))
  shared.onerror = ({ message }) => resolve(message)
})
shared.close()

for await (const { data } of streamEvents(url)) {
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
globalThis.received = received
if (location.search === '?report') await fetch('/report', { method: 'POST', body: JSON.stringify(received) })
