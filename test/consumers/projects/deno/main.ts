/** All entry points by `npm:` specifier, without node_modules. */

import { ConnectionError, EventDecoderStream, EventSource, streamEvents } from 'npm:everysource'
import { fetchEventSource } from 'npm:everysource/fetch-event-source'
import { SharedEventSource } from 'npm:everysource/shared'
import 'npm:everysource/polyfill'

const [url = ''] = Deno.args
const native = globalThis.EventSource
const received: Record<string, unknown> = {}

const source = new EventSource(url, { headers: { 'X-Of': 'deno' } })
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

await import('npm:everysource/polyfill/force')
received.forced = native !== EventSource && globalThis.EventSource === EventSource
console.log(JSON.stringify(received))
