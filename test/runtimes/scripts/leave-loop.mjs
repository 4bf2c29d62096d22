// Leaves a loop over a stream that goes on, in the way that is asked for: nothing keeps the process alive after it.
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
