// Leaves a loop over an open stream in a given way. Nothing else keeps the process alive.
import { streamEvents } from '../../../dist/index.js'

const [, , url, exit] = process.argv
const controller = new AbortController()
const events = streamEvents(url, { signal: controller.signal, reconnect: true })
try {
  for await (const { data } of events) {
    console.log(data)
    if (exit === 'break') break
    if (exit === 'throw') throw new Error('left')
    if (exit === 'abort') controller.abort(new Error('left'))
    if (exit === 'close') events.close()
  }
} catch (error) {
  if (error.message !== 'left') throw error
}
