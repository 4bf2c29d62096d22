// Reads a stream in a loop that awaits, and prints the message count and the memory growth.
import { streamEvents } from '../../../dist/index.js'

let taken = 0
let outOfOrder = 0
let most = 0
let before = 0
for await (const { data } of streamEvents(process.argv[2])) {
  if (parseInt(data) !== taken) outOfOrder++
  taken++
  if (taken % 1_000 === 0) {
    await new Promise((resolve) => setTimeout(resolve))
    const { rss } = process.memoryUsage()
    // By then, the runtime has allocated its baseline.
    if (taken === 100_000) before = rss
    most = Math.max(most, rss)
  } else {
    await Promise.resolve()
  }
}
console.log(JSON.stringify({ taken, outOfOrder, grown: most - before }))
