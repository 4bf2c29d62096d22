// Passes one signal to many connections and prints all warnings of the runtime.
import process from 'node:process'
import { fetchEventSource } from '../../../dist/fetch-event-source.js'
import { EventSource, streamEvents } from '../../../dist/index.js'

const [, , url] = process.argv
const { signal, abort } = aborting()
process.on('warning', ({ name, message }) => console.log(`warning: ${name}: ${message}`))

const opened = []
for (let count = 0; count < 12; count++) {
  const source = new EventSource(url, { signal })
  opened.push(new Promise((resolve) => source.addEventListener('open', resolve)))
  opened.push(streamEvents(url, { signal }).response)
  opened.push(
    new Promise((resolve) => {
      void fetchEventSource(url, { signal, onopen: resolve })
    }),
  )
}
await Promise.all(opened)
console.log('all are open')
abort()

function aborting() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
