/** `/tabs`: a stream for many tabs. Each message says how many connections the stream has. */

import { begin, lastNumber, SHORT_RETRY, type Stream } from './streams.ts'

/** How many missed messages are sent again. */
const MAX_MISSED = 100

/** Every second, its number and the number of connections, starting after `Last-Event-ID`. */
export function createTabs(): Stream {
  let connections = 0
  return ({ request, response, clock }) => {
    const now = (): number => Math.floor(clock.now())
    connections++
    response.once('close', () => connections--)
    begin(response)
    response.write(`retry: ${SHORT_RETRY}\n\n`)
    const given = lastNumber(request)
    // An ID from before a restart of the server may be too high.
    let number = given > 0 && given <= now() ? Math.max(given, now() - MAX_MISSED) : now()
    clock.every(1, () => {
      while (number < now()) {
        number++
        response.write(`id: ${number}\ndata: ${JSON.stringify({ number, connections })}\n\n`)
      }
    })
  }
}
