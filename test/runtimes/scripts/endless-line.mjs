// Reads an endless line and prints the memory growth.
import { EventSource } from '../../../dist/index.js'

const [, , url, maxBufferSize] = process.argv
let most = 0
const before = process.memoryUsage().rss
const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5)
new EventSource(url, maxBufferSize ? { maxBufferSize: Number(maxBufferSize) } : {}).onerror = ({ error, target }) => {
  clearInterval(watch)
  console.log(JSON.stringify({ reason: error.reason, readyState: target.readyState, grown: most - before }))
}
